# The functions that run the native git binary. lib/git-image.ts bundles them, and says which base this is made from, by its digest.
ARG BASE
FROM ${BASE}
# git-core: git without perl and what hangs on it.
RUN dnf install -y git-core && dnf clean all
COPY functions ${LAMBDA_TASK_ROOT}
CMD ["pull/handler.handler"]
