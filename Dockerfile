# syntax=docker/dockerfile:1
# The service alone: no compiler, no tests, no root. `docker build -t niaouli .`

# Python and Debian are pinned to their release lines, and get their security updates with each
# `docker build --pull`. To pin the very bytes as well, name the image by its digest:
# --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:…
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1
WORKDIR /src

# Libraries change less often than the code: they have a layer of their own.
COPY requirements-install.lock requirements.lock ./
RUN python -m pip install --require-hashes --only-binary=:all: -r requirements-install.lock \
    && python -m venv --without-pip /opt/niaouli \
    && uv pip install --python /opt/niaouli/bin/python --no-deps --require-hashes \
        -r requirements.lock

# Built with the locked setuptools from above, not with one that the build would fetch.
COPY pyproject.toml README.md LICENSE ./
COPY calendars calendars
COPY notifications notifications
COPY scheduler scheduler
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && uv pip install --python /opt/niaouli/bin/python --no-deps --offline /wheels/*.whl \
    && /opt/niaouli/bin/python -m compileall -q /opt/niaouli/lib

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Niaouli" \
    org.opencontainers.image.description="Collaborative scheduling and calendar service" \
    org.opencontainers.image.licenses="EUPL-1.2"
RUN groupadd --gid 10001 niaouli \
    && useradd --uid 10001 --gid niaouli --no-create-home --home-dir /var/lib/niaouli \
        --shell /usr/sbin/nologin niaouli \
    && install -d -o niaouli -g niaouli -m 0700 /var/lib/niaouli
COPY --from=build /opt/niaouli /opt/niaouli

# Outside a container's own network the service wants TLS, or to be told that a proxy does it:
# NIAOULI_TLS_CERT and NIAOULI_TLS_KEY, or NIAOULI_BEHIND_PROXY=true (docs/operations.md).
ENV PATH=/opt/niaouli/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NIAOULI_DATA=/var/lib/niaouli \
    NIAOULI_LISTEN=0.0.0.0:8008
USER 10001:10001
WORKDIR /var/lib/niaouli
VOLUME /var/lib/niaouli
EXPOSE 8008

# The certificate is not for 127.0.0.1, so it is not checked: this only asks whether we are alive.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, ssl, urllib.request; tls = os.environ.get('NIAOULI_TLS_CERT'); port = os.environ['NIAOULI_LISTEN'].rpartition(':')[2]; urllib.request.urlopen(('https' if tls else 'http') + '://127.0.0.1:' + port + '/healthz', timeout=4, context=ssl._create_unverified_context())"]

STOPSIGNAL SIGTERM
ENTRYPOINT ["niaouli"]
CMD ["serve"]
