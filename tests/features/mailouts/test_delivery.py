"""The whole way: the command line writes, a real worker sends, `--wait` sees the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def test_sent_by_a_worker(idle: None, outbox: Any, environ: dict[str, str], post: Any) -> None:
    house = outbox.tenant.slug
    outbox.sql(
        "INSERT INTO buildings (since_revision, code, street, number, postcode, city) VALUES (1,'B','L','1','0','Ł')"
    )
    outbox.sql("INSERT INTO units (since_revision, code, building_code, number, area) VALUES (1, 'U', 'B', '1', 40)")
    outbox.sql(
        "INSERT INTO people (since_revision, code, last_name, email) VALUES "
        f"(1, 'P1', 'Żak', 'zak@{house}.example'), (1, 'P2', 'Bez', NULL), "
        f"(1, 'P3', 'Zły', 'bounce550@{house}.example')"
    )
    outbox.sql(
        "INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) "
        "SELECT 1, 'U', code, 'owner', '2020-01-01' FROM people"
    )
    flask = [str(Path(sys.executable).parent / "flask")]
    words = ["mailouts", "send", house, "--subject", "Łączymy", "--body-file", "-", "--wait", "--json"]
    with subprocess.Popen(
        [*flask, *words], cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as command:
        try:
            assert command.stdin is not None
            command.stdin.write("Dzień dobry {nazwisko}")
            command.stdin.close()
            while not outbox.states():
                assert command.poll() is None
            subprocess.run(
                [*flask, "worker", "--burst"], cwd=ROOT, env=environ, check=True, timeout=120, capture_output=True
            )
            assert command.stdout is not None
            result = json.loads(command.stdout.read())
        finally:
            if sys.exc_info()[0] is not None:
                command.kill()  # it waits for letters that nobody will send, and this block for it
    assert command.returncode == 0
    assert [result[key] for key in ("recipients", "sent", "failed", "skipped")] == [3, 1, 1, 1]
    (message,) = post.to(f"zak@{house}.example")
    assert message["Subject"] == "Łączymy"
    assert message["X-Osiedle-Delivery"]
    assert "Dzień dobry Żak" in message.get_body(("plain",)).get_content()
