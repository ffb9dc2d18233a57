# The service of one machine: linux/amd64 and linux/arm64. Nothing is built when it starts. docs/deploy.md says how it was tried.
# The same Node as the devDependency `node`; a test keeps the two in step.
ARG NODE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${NODE} AS build
WORKDIR /app
COPY . .
# The console is built here (the script `prepare`), and then what only builds and tests goes, and what only deploys to AWS.
RUN npm ci && npm prune --omit=dev --ignore-scripts && rm -rf node_modules/aws-cdk-lib node_modules/constructs

FROM ${NODE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends git ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data SOURCE_ROOTS=/repositories
WORKDIR /app
COPY --from=build /app ./
# A number, so that Kubernetes can see that it is not root. The folders are its own before a volume takes their place.
RUN mkdir -p /data /repositories && chown 1000:1000 /data /repositories && chmod 700 /data
USER 1000:1000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "deploy/healthcheck.mjs"]
ENTRYPOINT ["node", "--conditions=local", "--disable-warning=ExperimentalWarning", "local/main.ts"]
