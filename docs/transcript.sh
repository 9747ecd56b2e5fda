#!/bin/sh
# Runs the requests of the sequence diagrams with curl against a fresh demo:
#
#   sh docs/transcript.sh http://127.0.0.1:8000 http://127.0.0.1:MOCK
#
# The first argument is the address of the shop, the second that of the mock external system; `make
# run` prints both. Without the second, the last three steps are omitted. Prints each request (all of them
# also send "Accept-Language: en"), and of the response the status, the headers in SHOWN, and the
# body.
set -eu

SHOP=${1:?"the address of the shop, such as http://127.0.0.1:8000"}
MOCK=${2:-}
SHOP=${SHOP%/}
MOCK=${MOCK%/}
SHOWN='www-authenticate|location|idempotency-replayed|content-type'
ALICE='X-USER-ID: 1' # 100,000 points
BOB='X-USER-ID: 2'   # none
UNKNOWN='X-USER-ID: 999'
JSON='Content-Type: application/json'
KEY='Idempotency-Key: two-mugs'

title() {
  printf '\n# %s\n' "$1"
}

# request METHOD PATH [a curl option and its value]...
request() {
  method=$1 path=$2
  shift 2
  printf '$ curl -i -X %s $SHOP%s' "$method" "$path"
  for word in "$@"; do
    case $word in
      -?) printf ' %s' "$word" ;;
      *) printf " '%s'" "$word" ;;
    esac
  done
  printf '\n'
  curl -s -i -X "$method" "$SHOP$path" -H 'Accept-Language: en' "$@" | tr -d '\r' |
    awk -v shown="^($SHOWN):" 'NR == 1 || body || tolower($0) ~ shown; /^$/ { if (!body) print; body = 1 }'
}

# Presses a button of the mock's page, and prints the shop's answer to the event.
event() {
  printf '$ curl $MOCK/events %s\n' "$*"
  curl -s "$MOCK/events" "$@" |
    sed -n 's/.*<p role="status">\(.*\)<\/p>.*/\1/p' | sed 's/&#34;/"/g'
}

LIKES=/api/v1/products/7/likes
ORDERS=/api/v1/orders
FOUR='{"items":[{"product_id":2,"quantity":4}]}'
TWO='{"items":[{"product_id":2,"quantity":2}]}'

title '1. A like, without a user (401)'
request POST $LIKES
title '2. A like, by an unknown user (401)'
request POST $LIKES -H "$UNKNOWN"
title '3. A like of an unknown product (404)'
request POST /api/v1/products/999/likes -H "$ALICE"
title '4. A like, saved'
request POST $LIKES -H "$ALICE"
title '5. The same like again: no change'
request POST $LIKES -H "$ALICE"

title '6. An order, without a user (401)'
request POST $ORDERS -H "$JSON" -d "$TWO"
title '7. An order of four mugs, with three in stock (409 out-of-stock)'
request POST $ORDERS -H "$ALICE" -H "$JSON" -d "$FOUR"
title '8. An order with too few points (409 insufficient-points)'
request POST $ORDERS -H "$BOB" -H "$JSON" -d "$TWO"
title '9. The stock is unchanged'
request GET /api/v1/products/2
title '10. An order: stock and points taken, saved, sent to the external system (201)'
request POST $ORDERS -H "$ALICE" -H "$JSON" -H "$KEY" -d "$TWO"
title '11. The same request again: the same order, nothing charged'
request POST $ORDERS -H "$ALICE" -H "$JSON" -H "$KEY" -d "$TWO"
title '12. The remaining points'
request GET /api/v1/points -H "$ALICE"

if [ -n "$MOCK" ]; then
  title '13. The external system has received one message'
  printf '$ curl $MOCK/received\n'
  curl -s "$MOCK/received"
  printf '\n'
  title '14. The external system tells the shop that packing has begun, and that a parcel has left'
  event -d order_id=3 -d type=order.preparing
  event -d order_id=3 -d type=order.shipped -d carrier=cj -d tracking_no=601200000003
  title '15. The order, with its parcel'
  request GET $ORDERS/3 -H "$ALICE"
fi
