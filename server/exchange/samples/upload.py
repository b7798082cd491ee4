"""用法: EXCHANGE_URL=… EXCHANGE_APP_ID=… EXCHANGE_SECRET=… python3 upload.py 4401261123093000001 records.csv
以签名方式上传一个 CSV 批次,打印回执。只用标准库;SM3 来自 Python 所用的 OpenSSL 1.1.1 及以上版本。"""
import hashlib, hmac, os, secrets, sys, time, urllib.error, urllib.request

url, app_id, secret = (os.environ[name] for name in ("EXCHANGE_URL", "EXCHANGE_APP_ID", "EXCHANGE_SECRET"))
cd_batch, path = sys.argv[1:3]
body = open(path, "rb").read()
target = f"/api/exchange/v1/batches?cd_batch={cd_batch}"
timestamp, nonce = str(int(time.time() * 1000)), secrets.token_hex(16)
digest = hashlib.new("sm3", body).hexdigest()
text = "\n".join(["POST", target, timestamp, nonce, digest])
headers = {
    "Content-Type": "text/csv",
    "X-App-Id": app_id,
    "X-Timestamp": timestamp,
    "X-Nonce": nonce,
    "X-Sign": hmac.new(secret.encode(), text.encode(), "sm3").hexdigest(),
}
try:
    with urllib.request.urlopen(urllib.request.Request(url + target, body, headers)) as answer:
        print(answer.read().decode())
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code} {error.read().decode()}")
