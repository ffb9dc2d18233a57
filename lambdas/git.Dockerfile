# The functions that run the native git binary: pull, stage and look-remote. Built from the repository's root by `cdk deploy`.
FROM public.ecr.aws/lambda/nodejs:24 AS bundle
WORKDIR /source
COPY package.json package-lock.json ./
# No scripts: of the development dependencies only esbuild is needed, and its binary is a package of its own.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY core core
COPY adapters adapters
COPY lambdas lambdas
# As lib/app-function.ts bundles the other functions.
RUN node_modules/@esbuild/linux-*/bin/esbuild lambdas/pull/handler.ts lambdas/stage/handler.ts lambdas/look-remote/handler.ts \
  --bundle --platform=node --target=node24 --format=esm --main-fields=module,main --keep-names \
  --banner:js="import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);" \
  --outbase=lambdas --outdir=/bundle --out-extension:.js=.mjs

FROM public.ecr.aws/lambda/nodejs:24
# git-core: git without perl and what hangs on it.
RUN dnf install -y git-core && dnf clean all
COPY --from=bundle /bundle ${LAMBDA_TASK_ROOT}
CMD ["pull/handler.handler"]
