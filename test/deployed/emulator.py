"""MiniStack, with what keeps it from answering under AWS's real names put right."""

import ministack.app

# Under `<region>.amazonaws.com`, which its API needs for a name, it takes the first part of a name that it does not list
# here for a bucket's.
ministack.app._NON_S3_VHOST_NAMES |= {"cognito-idp", "scheduler", "xray", "apigateway", "cloudformation", "kms"}

ministack.app.main()
