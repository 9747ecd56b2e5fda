#!/bin/sh
# Acts out both sequence diagrams with curl, arrow by arrow, against a fresh demo:
#
#   sh docs/transcript.sh http://127.0.0.1:8000 http://127.0.0.1:MOCK
#
# The first is the shop's address, the second that of the mock external system; `make run` prints
# both. Without the second, the last step is left out. Prints each request as it is made (all of
# them also carry "Accept-Language: en"), and of the answer the status, the headers named in
# SHOWN, and the body.
set -eu

SHOP=${1:?"the address of the shop, such as http://127.0.0.1:8000"}
MOCK=${2:-}
SHOP=${SHOP%/}
MOCK=${MOCK%/}
SHOWN='www-authenticate|location|idempotency-replayed|content-type'
ALICE='X-USER-ID: 1' # 100,000 points
BOB='X-USER-ID: 2'   # none
NOBODY='X-USER-ID: 999'
JSON='Content-Type: application/json'
KEY='Idempotency-Key: two-mugs'

say() {
  printf '\n# %s\n' "$1"
}

# ask METHOD PATH [an option of curl and its value]...
ask() {
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

LIKES=/api/v1/products/7/likes
ORDERS=/api/v1/orders
FOUR='{"items":[{"product_id":2,"quantity":4}]}'
TWO='{"items":[{"product_id":2,"quantity":2}]}'

say '1. A like: nobody asks (401)'
ask POST $LIKES
say '2. A like: somebody we do not know asks (401)'
ask POST $LIKES -H "$NOBODY"
say '3. A like: there is no such product (404)'
ask POST /api/v1/products/999/likes -H "$ALICE"
say '4. A like: saved'
ask POST $LIKES -H "$ALICE"
say '5. The same like again: nothing happens'
ask POST $LIKES -H "$ALICE"

say '6. An order: nobody asks (401)'
ask POST $ORDERS -H "$JSON" -d "$TWO"
say '7. An order: four mugs, three are left (409 out-of-stock)'
ask POST $ORDERS -H "$ALICE" -H "$JSON" -d "$FOUR"
say '8. An order: stock is taken, the points do not suffice (409 insufficient-points)'
ask POST $ORDERS -H "$BOB" -H "$JSON" -d "$TWO"
say '9. ... and so the stock is back'
ask GET /api/v1/products/2
say '10. An order: stock taken, points taken, saved, told to the external system (201)'
ask POST $ORDERS -H "$ALICE" -H "$JSON" -H "$KEY" -d "$TWO"
say '11. The same request again: the same order, and nothing moves'
ask POST $ORDERS -H "$ALICE" -H "$JSON" -H "$KEY" -d "$TWO"
say '12. What is left of the points'
ask GET /api/v1/points -H "$ALICE"

if [ -n "$MOCK" ]; then
  say '13. What the external system has received: one message'
  printf '$ curl $MOCK/received\n'
  curl -s "$MOCK/received"
  printf '\n'
fi
