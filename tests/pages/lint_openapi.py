"""Has Redocly lint the OpenAPI document; exits with its status."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

LINTER = Path(__file__).parent / "node_modules" / ".bin" / "redocly"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pointmall-openapi-") as name:
        os.environ |= {"SHOP_DATA_DIR": name, "SHOP_DEMO": "off"}
        from litestar.serialization import encode_json

        from app import create_app

        document = Path(name) / "openapi.json"
        document.write_bytes(encode_json(create_app().openapi_schema.to_schema()))
        command = [LINTER, "lint", "--extends", "recommended", document]
        environ = os.environ | {
            "REDOCLY_TELEMETRY": "off",
            "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
        }
        sys.exit(subprocess.run(command, env=environ, check=False, timeout=600).returncode)


if __name__ == "__main__":
    main()
