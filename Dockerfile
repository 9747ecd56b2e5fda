# The shop with its locked dependencies. Set DATABASE_URL and SHOP_SECRET
# for a real database; without them PostgreSQL runs inside, with its data in the volume.

FROM python:3.13-slim AS packages
COPY requirements.lock /
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /requirements.lock

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 shop \
 && install --directory --owner=shop --group=shop --mode=0700 /data
COPY --from=packages /venv /venv
COPY . /shop
WORKDIR /shop
USER shop
ENV PATH=/venv/bin:$PATH \
    LITESTAR_APP=shop.start.cli:app \
    LITESTAR_QUIET_CONSOLE=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SHOP_DATA_DIR=/data \
    SHOP_HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('SHOP_PORT', '8000') + '/healthz', timeout=2)"]
CMD ["litestar", "run"]
