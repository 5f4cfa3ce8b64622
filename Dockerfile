# One image for web, worker, beat and migrate; docker-compose.yml says which is which.

FROM node:22-slim AS browser-files
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.11-slim AS python
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    STATIC_ROOT=/srv/static MEDIA_ROOT=/data/media
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN pip install -r requirements.txt -c constraints.txt

# Collecting static files reads settings, and settings ask for a key and servers; none is used.
FROM python AS static-files
COPY . .
COPY --from=browser-files /app/node_modules node_modules
RUN export SECRET_KEY=unused DATABASE_URL=postgres://unused/unused REDIS_URL=redis://unused \
    && python manage.py gather_assets && python manage.py collectstatic --noinput

FROM python
# Volumes begin as these folders: owned by the account that writes in them.
RUN useradd --system --uid 10001 --no-create-home portal \
    && install -d -o portal /data/media /data/beat
COPY . .
COPY --from=static-files /app/static/vendor static/vendor
# Collected files are readable by their owner only.
COPY --from=static-files --chown=portal /srv/static /srv/static
USER portal
CMD ["gunicorn", "opsportal.wsgi", "--bind=0.0.0.0:8000", "--preload", "--worker-class=gthread", "--workers=2", "--threads=4", "--no-control-socket"]
