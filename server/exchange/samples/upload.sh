#!/bin/sh
# 用法: EXCHANGE_URL=… EXCHANGE_SECRET=… sh upload.sh 4401261123093000001 records.csv
# 上传一个 CSV 批次,打印回执;有错误时再下载全部错误。
set -eu
batches="$EXCHANGE_URL/api/exchange/v1/batches"
gzip -c "$2" | curl --fail-with-body --silent --show-error \
  --header "Authorization: Bearer $EXCHANGE_SECRET" \
  --header 'Content-Type: text/csv' --header 'Content-Encoding: gzip' \
  --data-binary @- "$batches?cd_batch=$1"
echo
curl --fail-with-body --silent --show-error \
  --header "Authorization: Bearer $EXCHANGE_SECRET" "$batches/$1/errors.csv"
