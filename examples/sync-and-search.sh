#!/usr/bin/env bash
# Registers a git repository (unless it is registered already), syncs it, waits for the end and searches it, with curl alone.
#
#   npm start                                        # in another terminal
#   export API=http://127.0.0.1:3000/api TOKEN=$(cat .repo-sync/token)
#   examples/sync-and-search.sh demo "$PWD" "retry with backoff"
#
# Prints the search's answer on standard output, progress on standard error. Exits with 1 when a call is refused or the sync fails.
set -euo pipefail
[ $# = 3 ] || { echo "usage: API=… TOKEN=… $0 <repository id> <path or url> <search words>" >&2; exit 2; }
: "${API:?the address of the API, such as http://127.0.0.1:3000/api}" "${TOKEN:?a token}"
id=$1 source=$2 words=$3

# Sets `status` and `body`.
call() {
  local answer
  answer=$(curl -sS -w '\n%{http_code}' -H "Authorization: Bearer $TOKEN" "$@")
  status=${answer##*$'\n'} body=${answer%$'\n'*}
}
refused() { echo "$1: $status $body" >&2; exit 1; }
# The first member of this name in `body`.
member() { [[ $body =~ \"$1\":\"?([^\",}]*) ]] && echo "${BASH_REMATCH[1]}"; }
# As a JSON string.
quoted() { local text=${1//\\/\\\\}; echo "\"${text//\"/\\\"}\""; }

call -d "{\"repository_id\":$(quoted "$id"),\"source\":{\"url\":$(quoted "$source")}}" "$API/repositories"
[ "$status" = 201 ] || [ "$status" = 409 ] || refused "not registered"

# 409 means that a sync is running already: its job_id is in the answer, so follow that one.
call -X POST "$API/repositories/$id/sync"
[ "$status" = 202 ] || [ "$status" = 409 ] || refused "not synced"
job=$(member job_id)

while call "$API/jobs/$job"; do
  [ "$status" = 200 ] || refused "job not read"
  echo "$job $(member status) $(member percentage) %" >&2
  case $(member status) in queued | running) sleep 1 ;; *) break ;; esac
done
case $(member status) in completed | completed_with_errors) ;; *) refused "sync not completed" ;; esac

call --get --data-urlencode "q=$words" "$API/repositories/$id/search"
[ "$status" = 200 ] || refused "not searched"
echo "$body"
