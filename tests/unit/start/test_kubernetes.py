"""The container of `deploy/kubernetes.yaml`, run without a cluster."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx

from shop.start.embedded import embedded_database
from tests.s3 import BUCKET, KEY, S3
from tests.unit.start.conftest import ROOT, TIMEOUT, Process


def test_a_pod_has_the_settings_and_folders_that_the_shop_needs(
    litestar: Callable[..., Process], data_dir: Path, folder: Path
) -> None:
    """With secrets of the test in the place of the cluster's."""
    manifest, s3 = (ROOT / "deploy/kubernetes.yaml").read_text(), S3()
    with embedded_database(data_dir) as url, s3.running():
        secrets = {
            "DATABASE_URL": url,
            "SHOP_SECRET": "s" * 40,
            "SHOP_EXTERNAL_SECRET": "whsec_" + "A" * 32,
            "SHOP_MEDIA_URL": f"s3://{BUCKET}/shop?endpoint={s3.endpoint}&region=us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIA",
            "AWS_SECRET_ACCESS_KEY": KEY,
        }
        assert re.findall(r"- name: ([A-Z_]+)\n +valueFrom", manifest) == [*secrets]
        settings = dict(re.findall(r'name: ([A-Z_]+), value: "?([^"}]+)', manifest))
        mounts = re.findall(r"name: \w+, mountPath: (\S+)}", manifest)
        assert mounts == ["/data", "/tmp"]
        own = {"SHOP_PORT": "0", "SHOP_DRAIN": "0", "TMPDIR": str(folder)}
        own["SHOP_DATA_DIR"] = str(folder / "data")
        shop = litestar("run", **secrets, **(settings | own))
        assert httpx.get(f"{shop.address()}/readyz", timeout=TIMEOUT).status_code == 200
        shop.terminate()
        code, said = shop.ended()
    assert code == 0, said
    assert {path.name for path in (folder / "data").iterdir()} == {"metrics"}
