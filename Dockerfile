# The report, build/report/index.html:
#   docker build -t fcsr . && docker run --rm -v "$PWD/build:/fcsr/build" fcsr
# JupyterLab: docker run --rm -it -p 8888:8888 fcsr .venv/bin/python -m jupyterlab --ip=0.0.0.0 --allow-root notebooks
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends make chromium && rm -rf /var/lib/apt/lists/*
WORKDIR /fcsr
COPY . .
RUN make .venv/.installed TORCH=cpu
CMD ["make", "report"]
