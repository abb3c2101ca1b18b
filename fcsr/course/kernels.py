"""The kernel that runs the course: this interpreter's, and no other that a user has installed."""

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class ThisInterpreter(KernelSpecManager):
    """Knows one kernel, `python3`, and that is the Python that runs fcsr.

    Jupyter looks for kernels in the user's folders, too. A `python3` there, of another
    environment, would have no fcsr.

    Example:
        >>> import sys
        >>> from fcsr.course.kernels import ThisInterpreter
        >>> ThisInterpreter().get_kernel_spec("python3").argv[0] == sys.executable
        True
    """

    @default("kernel_dirs")
    def _kernel_dirs_default(self) -> list[str]:
        return []  # what Jupyter adds to those that it finds is this interpreter's own


class ThisInterpreterManager(AsyncKernelManager):
    """Starts `ThisInterpreter`, for nbclient and papermill.

    Example:
        >>> import sys
        >>> from fcsr.course.kernels import ThisInterpreterManager
        >>> ThisInterpreterManager(kernel_name="python3").kernel_spec.argv[0] == sys.executable
        True
    """

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return ThisInterpreter(parent=self)
