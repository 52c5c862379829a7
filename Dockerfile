# formcheck with everything it needs, model included: `serve` for the app, `worker` for a worker.
FROM python:3.12-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends libegl1 libgl1 libgles2 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/formcheck
COPY pyproject.toml requirements.txt README.md LICENSE ./
COPY formcheck formcheck
ENV XDG_CACHE_HOME=/opt/cache PYTHONUNBUFFERED=1 FORMCHECK_DATA=/data
RUN pip install --no-cache-dir ".[postgres,redis]" \
    && python -m formcheck.model_bundle \
    && python -m formcheck.web_build \
    && useradd --uid 10001 --create-home formcheck \
    && mkdir /data && chown formcheck /data

WORKDIR /data
USER 10001
VOLUME /data
EXPOSE 8501
ENTRYPOINT ["formcheck"]
CMD ["serve", "--team", "--host", "0.0.0.0", "--no-browser"]
