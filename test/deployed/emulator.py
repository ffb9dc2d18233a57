"""MiniStack, with what it lacks for this service put in. Whatever is here is our reading of AWS, and proves nothing of it."""

import json
import uuid

import ministack.app
from ministack.core import iam_actions
from ministack.services import s3, stepfunctions

# Under `<region>.amazonaws.com`, which its API needs for a name, it takes the first part of a name that it does not list
# here for a bucket's.
ministack.app._NON_S3_VHOST_NAMES |= {"cognito-idp", "scheduler", "xray", "apigateway", "cloudformation", "kms"}

resource_of = iam_actions.extract_resource_arn


def resource_in_its_group(service, method, path, headers, body, query, region, account):
    """It takes every schedule for one of the default group when it judges a role."""
    arn = resource_of(service, method, path, headers, body, query, region, account)
    if service != "scheduler" or ":schedule/default/" not in arn:
        return arn
    asked = query.get("groupName")
    group = json.loads(body).get("GroupName") if body else asked[0] if isinstance(asked, list) else asked
    return arn.replace(":schedule/default/", f":schedule/{group or 'default'}/")


iam_actions.extract_resource_arn = resource_in_its_group

run_map_of_items = stepfunctions._run_distributed_map


def run_distributed_map(state, raw_input, _effective, processor, execution, context):
    """Its Distributed Map knows neither JSONata in its own fields, nor ItemBatcher, nor ResultWriter (AWS Step Functions
    guide, "Map state in Distributed mode")."""

    def field(name):
        return stepfunctions._apply_jsonata_template(state[name], raw_input, context) if name in state else None

    items = stepfunctions._read_map_items(field("ItemReader"), raw_input, context)
    batcher = field("ItemBatcher")
    if batcher:
        size = batcher["MaxItemsPerBatch"]
        common = {"BatchInput": batcher["BatchInput"]} if "BatchInput" in batcher else {}
        items = [{**common, "Items": items[at : at + size]} for at in range(0, len(items), size)]
    plain = {**state, "MaxConcurrency": field("MaxConcurrency")}
    for name in ("ItemReader", "ItemBatcher", "ResultWriter"):
        plain.pop(name, None)
    # A child cannot read its parent's variables.
    context = {**context, "variables": {}}
    before = set(stepfunctions._map_runs)
    failure = None
    try:
        _, following = run_map_of_items(plain, raw_input, items, processor, execution, context)
    except stepfunctions._ExecutionError as error:
        failure = error
    (run,) = [
        arn
        for arn in set(stepfunctions._map_runs) - before
        if stepfunctions._map_runs[arn]["executionArn"] == execution["executionArn"]
    ]
    details = write_results(field("ResultWriter"), run)
    if failure:
        raise failure
    return {"MapRunArn": run, "ResultWriterDetails": details}, following


def write_results(writer, run):
    arguments = writer["Arguments"]
    folder = f"{arguments['Prefix']}/{uuid.uuid4()}"
    results = {"SUCCEEDED": [], "FAILED": []}
    for child in stepfunctions._executions.values():
        if child.get("mapRunArn") != run:
            continue
        record = {"ExecutionArn": child["executionArn"], "Input": child["input"], "Name": child["name"]}
        if child["status"] == "SUCCEEDED":
            record["Output"] = child["output"]
        else:
            record.update(Error=child["error"], Cause=child["cause"])
        results[child["status"]].append({**record, "Status": child["status"]})
    files = {status: [] for status in results}
    for status, records in results.items():
        if records:
            key = f"{folder}/{status}_0.json"
            put(arguments["Bucket"], key, records)
            files[status] = [{"Key": key}]
    manifest = f"{folder}/manifest.json"
    put(arguments["Bucket"], manifest, {"DestinationBucket": arguments["Bucket"], "MapRunArn": run, "ResultFiles": files})
    return {"Bucket": arguments["Bucket"], "Key": manifest}


def put(bucket, key, value):
    status = s3._put_object(bucket, key, json.dumps(value).encode(), {"content-type": "application/json"})[0]
    if status != 200:
        raise RuntimeError(f"{key} cannot be written: {status}")


stepfunctions._run_distributed_map = run_distributed_map

ministack.app.main()
