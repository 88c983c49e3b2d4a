"""What each command of heard-server takes and does; the modules that do the work are loaded when one is chosen."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sync.server import commands_answers, commands_permissions, commands_words
from sync.server.command_parts import (
    add_command,
    add_group,
    opened_administration,
    opened_centre,
    tell,
    tell_rows,
    told,
)
from sync.server.settings import Settings, read_settings

if TYPE_CHECKING:
    pass


def build_parser() -> argparse.ArgumentParser:
    """Describe every command."""
    parser = argparse.ArgumentParser(
        prog="heard-server",
        description="The council's centre for Heard: keeps what laptops send and hands each worker what is theirs.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")

    init = add_command(verbs, "init", "Begin a council's server in a folder.", _init)
    init.add_argument("--council", required=True, metavar="NAME", help="the council's name, as workers see it")
    _add_database(init)

    workers = add_group(verbs, "worker", "Add workers and list them.")
    add = add_command(workers, "add", "Add a worker.", _worker_add)
    add.add_argument("sign_in", metavar="SIGN_IN_NAME", help="what they sign in with; capitals do not matter")
    add.add_argument("--name", required=True, help="their name, as colleagues and children know it")
    add.add_argument("--job-title", default="", help="shown beside the name")
    add.add_argument("--team", default="", help="shown beside the name")
    add_command(workers, "list", "List the workers.", _worker_list)
    leave = add_command(workers, "leave", "Let a worker go: laptops, sign-ins and assignments end at once.", _leave)
    leave.add_argument("sign_in", metavar="SIGN_IN_NAME")
    forget = add_command(
        workers, "forget-password", "Let a worker choose a new password with their next code.", _forget
    )
    forget.add_argument("sign_in", metavar="SIGN_IN_NAME")

    assign = add_command(verbs, "assign", "Assign a worker to a child, or end it.", _assign)
    assign.add_argument("sign_in", metavar="SIGN_IN_NAME")
    assign.add_argument("child", metavar="CHILD_CODE", help="the council's own number for the child")
    what = assign.add_mutually_exclusive_group(required=True)
    what.add_argument("--role", help="social_worker, personal_adviser, iro, advocate, team_manager, ...")
    what.add_argument("--end", action="store_true", help="end the assignment")
    assign.add_argument("--lead", action="store_true", help="the worker the child is said to be assigned to")

    bring = add_command(verbs, "import", "Import children, workers and assignments from the council's files.", _import)
    bring.add_argument("files", nargs="+", type=Path, metavar="FILE", help="header.csv, episodes.csv or a plain CSV")

    devices = add_group(verbs, "device", "Let laptops in, list them, close them.")
    code = add_command(devices, "code", "Make a one-time code for a worker's laptop. It is shown once.", _device_code)
    code.add_argument("sign_in", metavar="SIGN_IN_NAME")
    add_command(devices, "list", "List the laptops.", _device_list)
    revoke = add_command(devices, "revoke", "Close a laptop. What it still holds can be handed over.", _device_revoke)
    revoke.add_argument("device", metavar="ID")

    serve = add_command(verbs, "serve", "Serve laptops until told to stop.", _serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    serve.add_argument("--port", type=_port, default=8443, help="0 takes a free one (default: 8443)")
    serve.add_argument("--certificate", type=Path, metavar="PEM", help="the server's certificate with its chain")
    serve.add_argument("--key", type=Path, metavar="PEM", help="the certificate's private key")
    serve.add_argument("--ready-file", type=Path, metavar="PATH", help="written as JSON (url, pid) once listening")

    backup = add_command(verbs, "backup", "Write a checked copy of the database while the server runs.", _backup)
    backup.add_argument("target", type=Path, metavar="FILE")
    restore = add_command(
        verbs, "restore", "Put a backup back, into a folder or database that holds no council.", _restore
    )
    restore.add_argument("source", type=Path, metavar="FILE")
    _add_database(restore)
    add_command(verbs, "check", "Check the file, the audit chain, every body and every signature.", _check)
    audits = add_group(verbs, "audit", "The record of who did what.")
    add_command(audits, "verify", "Verify the audit chain.", _audit_verify)
    for more in (commands_permissions, commands_words, commands_answers):
        more.add_commands(verbs)
    _add_campaigns(verbs)
    openapi = verbs.add_parser("openapi", help="Write the description of the wire that laptops speak (OpenAPI).")
    openapi.add_argument("target", nargs="?", type=Path, metavar="FILE", help="default: to the screen")
    openapi.set_defaults(run=_openapi, json=True)
    return parser


def _add_campaigns(verbs: Any) -> None:
    campaigns = add_group(verbs, "campaign", "Anonymous questions: ask, list, close, and tell what was answered.")
    add = add_command(campaigns, "add", "Ask a set of questions on every laptop.", _campaign_add)
    add.add_argument("title", metavar="TITLE")
    add.add_argument("--question", action="append", required=True, metavar="WORDS", help="once for each question")
    add.add_argument("--opens", type=_day, required=True, metavar="DAY", help="as 2026-11-23")
    add.add_argument("--closes", type=_day, required=True, metavar="DAY", help="the last day it may be answered")
    add_command(campaigns, "list", "List the campaigns, and about how many answered.", _campaign_list)
    close = add_command(campaigns, "close", "Ask no more; what was answered before still comes in.", _campaign_close)
    close.add_argument("campaign", metavar="ID")
    export = add_command(
        campaigns, "export", "Tell what was answered; no group of fewer than five apart.", _campaign_export
    )
    export.add_argument("campaign", metavar="ID")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day, such as 2026-11-23") from error


def _openapi(chosen: argparse.Namespace) -> int:
    from sync.server.openapi import describe

    if chosen.target is None:
        sys.stdout.buffer.write(describe())
    else:
        chosen.target.write_bytes(describe())
    return 0


def _add_database(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--database",
        type=_database,
        metavar="URL",
        help="postgresql://heard@host-a,host-b/heard, kept in the folder (default: a file in the folder)",
    )


def _database(text: str) -> str:
    """Take the address of a database; one with a password in it would stand in the list of processes."""
    split = urlsplit(text)
    if split.scheme not in ("postgresql", "postgres"):
        raise argparse.ArgumentTypeError("it begins with postgresql://")
    if split.password is not None or {"password", "sslpassword"} & set(parse_qs(split.query)):
        raise argparse.ArgumentTypeError(
            "leave the password out: others can read it here. Put it into the account's .pgpass, or name a file with "
            "?passfile="
        )
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)


def _init(chosen: argparse.Namespace) -> int:
    from sync.server.founding import found_council

    centre = found_council(Settings(chosen.data, database=chosen.database or ""), chosen.council)
    for weakness in centre.database.weaknesses():
        sys.stderr.write(f"The database: {weakness}\n")
    centre.close()
    tell(chosen, f"The server for {chosen.council} is ready in {chosen.data}.", council_id=centre.council_id)
    return 0


def _worker_add(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        worker_id = administration.add_worker(chosen.sign_in, chosen.name, chosen.job_title, chosen.team)
    tell(chosen, f"Added {chosen.name}. Next: device code {chosen.sign_in}", worker_id=worker_id)
    return 0


def _worker_list(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        return tell_rows(chosen, administration.workers(), "There are no workers yet.")


def _leave(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        administration.leave(chosen.sign_in)
    text = "They have left. What their laptops have not sent can still be handed over."
    tell(chosen, text, done=True)
    return 0


def _forget(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        administration.forget_password(chosen.sign_in)
    tell(chosen, "They will choose a new password with their next one-time code.", done=True)
    return 0


def _assign(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        if chosen.end:
            changed = administration.unassign(chosen.sign_in, chosen.child)
            done, same = "is no longer assigned to", "was not assigned to"
        else:
            changed = administration.assign(chosen.sign_in, chosen.child, chosen.role, is_lead=chosen.lead)
            done, same = "is now assigned to", "was already assigned so to"
    tell(chosen, f"{chosen.sign_in} {done if changed else same} {chosen.child}.", changed=changed)
    return 0


def _import(chosen: argparse.Namespace) -> int:
    from sync.server.importing import import_files

    with opened_centre(chosen) as centre:
        report = import_files(centre, chosen.files)
    lines = [
        f"{what}: {counts['new']} new, {counts['changed']} changed, {counts['same']} as before"
        for what, counts in report.counts.items()
    ]
    for one in report.problems:
        column = f", column {one.column}" if one.column else ""
        lines.append(f"{one.file} line {one.line}{column}: {one.reason} {one.done}")
    lines.append("Some rows or values were left out; the rest is in." if report.has_losses else "Everything is in.")
    problems = [dataclasses.asdict(one) for one in report.problems]
    tell(chosen, "\n".join(lines), counts=report.counts, problems=problems)
    return 1 if report.has_losses else 0


def _device_code(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        given = administration.give_code(chosen.sign_in)
    text = f"One-time code: {given.code}\nIt can be used once, until {given.expires_at}. It is not shown again."
    tell(chosen, text, code=given.code, worker_id=given.worker_id, expires_at=given.expires_at)
    return 0


def _device_list(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        return tell_rows(chosen, administration.devices(), "There are no laptops yet.")


def _device_revoke(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        changed = administration.revoke(chosen.device)
    tell(chosen, "The laptop is closed." if changed else "The laptop was closed before.", changed=changed)
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    from sync.server.serving import Listening

    listening = Listening(chosen.host, chosen.port, chosen.certificate, chosen.key, chosen.ready_file)
    listening.check()
    from sync.server.app import build_app_on
    from sync.server.centre import open_centre
    from sync.server.logs import note, start_logs
    from sync.server.serving import serve

    start_logs()
    centre = open_centre(read_settings(chosen.data))
    for weakness in centre.database.weaknesses():
        note("weakness", level=logging.WARNING, what=weakness)
    serve(build_app_on(centre), centre, listening)
    return 0


def _backup(chosen: argparse.Namespace) -> int:
    from sync.server.care import back_up

    with opened_centre(chosen) as centre:
        back_up(centre, chosen.target)
    tell(chosen, f"The backup is in {chosen.target}, and passed its check.", target=str(chosen.target))
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    from sync.server.restoring import restore

    settings = read_settings(chosen.data)
    if chosen.database:
        settings = Settings(chosen.data, database=chosen.database)
    with told():
        found = restore(settings, chosen.source)
    counts = "\n".join(f"{name}: {count}" for name, count in found["counts"].items())
    tell(chosen, f"{counts}\nThe backup is back, and everything stands.", **found)
    return 0


def _check(chosen: argparse.Namespace) -> int:
    from sync.server.care import check_everything

    with opened_centre(chosen, look=True) as centre:
        found = check_everything(centre)
    counts = "\n".join(f"{name}: {count}" for name, count in found["counts"].items())
    verdict = "Everything stands." if found["ok"] else "Something is wrong:\n" + "\n".join(found["faults"])
    tell(chosen, f"{counts}\n{verdict}", **found)
    return 0 if found["ok"] else 1


def _audit_verify(chosen: argparse.Namespace) -> int:
    from sync.server.care import verify_audit

    with opened_centre(chosen, look=True) as centre:
        faults = verify_audit(centre)
    text = "The audit chain stands." if not faults else "The audit chain is broken:\n" + "\n".join(faults)
    tell(chosen, text, ok=not faults, faults=faults)
    return 0 if not faults else 1


def _campaign_add(chosen: argparse.Namespace) -> int:
    from sync.server.dropping import Campaigns

    with opened_centre(chosen) as centre:
        campaign_id = Campaigns(centre).add(chosen.title, chosen.question, chosen.opens, chosen.closes)
    tell(chosen, f"Laptops ask it from {chosen.opens} to {chosen.closes}.", campaign_id=campaign_id)
    return 0


def _campaign_list(chosen: argparse.Namespace) -> int:
    from sync.server.dropping import Campaigns

    with opened_centre(chosen) as centre:
        return tell_rows(chosen, Campaigns(centre).list(), "There are no campaigns yet.")


def _campaign_close(chosen: argparse.Namespace) -> int:
    from sync.server.dropping import Campaigns

    with opened_centre(chosen) as centre:
        changed = Campaigns(centre).close(chosen.campaign)
    tell(chosen, "It is asked no more." if changed else "It was closed before.", changed=changed)
    return 0


def _campaign_export(chosen: argparse.Namespace) -> int:
    from sync.server.dropping import Campaigns

    with opened_centre(chosen) as centre:
        told = Campaigns(centre).export(chosen.campaign)
    lines = [f"{told['title']}: {told['answers']} answers"]
    for one in told["questions"]:
        lines.append(f"\n{one['question']} ({one['answers']})")
        lines += [f"  {group['count']}: {' / '.join(group['texts'])}" for group in one["groups"]]
    tell(chosen, "\n".join(lines), **told)
    return 0
