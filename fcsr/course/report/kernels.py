"""The kernels of a report: its notebooks become pages, and their widgets pictures."""

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from traitlets import default

from fcsr.course import stills
from fcsr.course.kernels import ThisInterpreter, ThisInterpreterManager


class ReportKernel(ThisInterpreter):
    """A kernel whose widgets bring pictures along.

    Example:
        >>> from fcsr.course.report.kernels import ReportKernel
        >>> ReportKernel().get_kernel_spec("python3").env
        {'FCSR_STILLS': '1'}
    """

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """This interpreter's, with `stills.WANTED` in its environment."""
        spec = super().get_kernel_spec(kernel_name)
        spec.env = {**spec.env, stills.WANTED: "1"}
        return spec


class ReportManager(ThisInterpreterManager):
    """Starts `ReportKernel`, for papermill.

    Example:
        >>> from fcsr.course.report.kernels import ReportManager
        >>> ReportManager(kernel_name="python3").kernel_spec.env
        {'FCSR_STILLS': '1'}
    """

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return ReportKernel(parent=self)
