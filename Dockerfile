# Lotse in a container. Build: docker build -t lotse .   Run: see compose.yml and docs/operators.md.
FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/lotse

# The locked packages first: this layer stays as long as the lock does.
COPY requirements.lock ./
RUN /opt/lotse/bin/python -m pip install --require-hashes -r requirements.lock

COPY . .
RUN /opt/lotse/bin/python -m pip install --no-build-isolation --no-deps .


FROM python:3.13-slim

RUN useradd --system --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin lotse
COPY --from=build /opt/lotse /opt/lotse

ENV PATH=/opt/lotse/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LOTSE_DATA_DIR=/data \
    LOTSE_DATABASE_URL=sqlite+aiosqlite:////data/lotse.db \
    LOTSE_LOG_FORMAT=json

USER lotse
WORKDIR /data
VOLUME /data
EXPOSE 8080

# After a change of content the first start learns the examples again, which takes minutes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]

CMD ["lotse", "serve", "--host", "0.0.0.0", "--port", "8080"]
