"""T01 to T12 and T17 to T19: nothing acknowledged is lost, doubled or changed unseen."""

from typing import Final

from benchmarks.programme.shapes import Defect, Entry

_EDITS = "tests/store/test_concurrency.py"
_KILLED = "tests/monitoring/test_killed_while_receiving.py::test_readings_survive_kills_and_each_is_held_once"
_CUTS = "tests/store/test_power_cuts.py::test_what_was_acknowledged_before_a_power_cut_is_there_after_it"
_RESTARTS = "tests/store/test_restarted_server.py"
_TAMPERING = "tests/audit/test_tampering.py"
_OUTAGE = "tests/worker/test_outage.py"
_SIZES = ("sqlite", "postgresql")


def _of(test: str, case: str) -> tuple[str, ...]:
    return tuple(f"{test}[{kind}-{case}]" for kind in _SIZES)


INTEGRITY: Final = (
    Entry(
        "T01",
        "Lost updates",
        "32 editors of 25 edits each",
        tests=(_EDITS,),
        defect=Defect(
            "the revision that was read is not compared",
            "registry/web/jsonkit.py",
            "    if not request.if_match.contains(etag):\n",
            "    if not etag:\n",
            _of(f"{_EDITS}::test_however_many_edit_one_system_at_once_nothing_is_lost", "eight"),
        ),
    ),
    Entry(
        "T01b",
        "Approval against edit",
        "200 races",
        tests=("tests/reviews/test_races.py",),
        defect=Defect(
            "what is approved is not compared with what was read",
            "registry/reviews/actions/deciding.py",
            "    _refuse_unseen(session, system, handed_in, facts)\n",
            "",
            _of(
                "tests/reviews/test_races.py::test_nothing_is_approved_that_was_not_read_however_an_edit_falls",
                "ten",
            ),
        ),
    ),
    Entry(
        "T02",
        "Killed while receiving",
        "100 kills, 8 clients, 10,000 readings",
        only_short=_of(_KILLED, "two"),
        only_full=_of(_KILLED, "hundred"),
        defect=Defect(
            "one delivery in fifty is acknowledged and not kept",
            "registry/monitoring/api/snapshots.py",
            "    return jsonkit.reply(told, 201 if receipt.accepted else 200)\n",
            "    answered = jsonkit.reply(told, 201 if receipt.accepted else 200)\n"
            "    if receipt.accepted and (seq or 0) % 50 == 0:\n"
            "        session().rollback()\n"
            "    return answered\n",
            _of(_KILLED, "two"),
        ),
    ),
    Entry(
        "T03",
        "Power cut",
        "40 cuts, with nothing kept but what was synced",
        only_short=(f"{_CUTS}[sqlite-5]",),
        only_full=(f"{_CUTS}[sqlite-40]",),
        defect=Defect(
            "SQLite does not wait for the disk at a commit",
            "registry/store/session.py",
            '        "synchronous=FULL",\n',
            '        "synchronous=NORMAL",\n',
            (f"{_CUTS}[sqlite-5]",),
        ),
        lacks="PostgreSQL keeps its own promise; what it is set to is shown with T04",
    ),
    Entry(
        "T04",
        "PostgreSQL restarted and connections ended",
        "15 immediate restarts, 20 connections ended",
        only_short=(f"{_RESTARTS}::test_the_server_may_go_and_come_back[few]",),
        only_full=(f"{_RESTARTS}::test_the_server_may_go_and_come_back[many]",),
        defect=Defect(
            "a connection from the pool is not tried before it is used",
            "registry/store/session.py",
            '"pool_pre_ping": not self.is_sqlite',
            '"pool_pre_ping": False',
            (f"{_RESTARTS}::test_the_server_may_go_and_come_back[few]",),
        ),
    ),
    Entry(
        "T05",
        "No room on the disk",
        "database, evidence",
        tests=("tests/web/test_no_room.py",),
        defect=Defect(
            "a full disk is an error like any other",
            "registry/web/refusals.py",
            "    if is_out_of_room(error):\n",
            "    if error is None:\n",
            ("tests/web/test_no_room.py",),
        ),
        lacks="a disk that is really full: SQLite is held to a number of pages, PostgreSQL and the files are made to say so",
    ),
    Entry(
        "T10",
        "Tampering",
        "40,000 bits turned; rows deleted, traded, put in; rewritten; old backup; card and file edited",
        tests=(
            _TAMPERING,
            "tests/audit/test_verify.py",
            "tests/audit/test_checkpoints.py",
            "tests/cards/test_signatures.py::test_a_changed_byte_is_named_wherever_it_stands",
            "tests/cards/test_editions.py",
            "tests/evidence/test_actions.py::test_one_flipped_byte_and_one_deleted_file_are_named",
            "tests/backups/test_backups.py::test_a_backup_older_than_a_held_checkpoint_is_told_by_it",
        ),
        defect=Defect(
            "a salt is read however it is written",
            "registry/audit/rules/entries.py",
            "    return salt if len(salt) == SALT_BYTES and salt.hex() == text else None\n",
            "    return salt if len(salt) == SALT_BYTES else None\n",
            (f"{_TAMPERING}::test_of_forty_thousand_bits_turned_over_each_is_found_where_it_is",),
        ),
        lacks="a million clean rows: benchmarks.ledger measures them apart",
    ),
    Entry(
        "T11",
        "Backup under load and restore",
        "10 online backups of each database",
        tests=("tests/backups/test_backups.py",),
        only_full=(f"{_OUTAGE}::test_ten_backups_made_under_load_are_each_restored_the_same_elsewhere",),
        defect=Defect(
            "a row is left out of every backup",
            "registry/backups/actions.py",
            "        for line in lines:\n            count += 1\n",
            "        for line in lines:\n            count += 1\n            if count == 3:\n                continue\n",
            (
                "tests/backups/test_backups.py::test_what_was_backed_up_is_put_back_on_either_database_and_the_ledger_goes_on",
            ),
        ),
        lacks="restoring a million entries is not timed",
    ),
    Entry(
        "T12",
        "Migrations of a register in use",
        "up, down one and up again with everything in it",
        tests=(
            "tests/architecture/test_migrations.py",
            "tests/architecture/test_migration_traps.py",
            "tests/architecture/test_migrations_filled.py",
        ),
        defect=Defect(
            "a migration loses what a column held",
            "migrations/versions/0033_jobs_told.py",
            "def upgrade() -> None:\n",
            "def upgrade() -> None:\n    op.execute('UPDATE person SET job_title = NULL')\n",
            ("tests/architecture/test_migrations_filled.py",),
        ),
        lacks="there is no released version yet to come from; 100,000 readings; the release before on the new schema",
    ),
    Entry(
        "T17",
        "Exactly once",
        "10,000 readings sent one to five times, shuffled, 8 clients, with 20 kills",
        tests=(
            "tests/monitoring/test_recording.py",
            "tests/client/test_sending.py",
        ),
        only_short=_of(_KILLED, "two"),
        only_full=_of(_KILLED, "twenty"),
        defect=Defect(
            "what is held already is stored again",
            "registry/monitoring/actions/recording.py",
            "            old.append(standing)\n",
            "            new.append(number)\n            revisions.append(standing.revision + 1)\n",
            (
                "tests/monitoring/test_recording.py::test_what_is_sent_again_counts_as_known_and_leaves_no_trace",
            ),
        ),
    ),
    Entry(
        "T18",
        "Time",
        "a clock set back, zones, days there never were, windows in the future",
        tests=(
            "tests/audit/test_verify.py::test_the_clock_set_back_does_not_set_the_ledger_back",
            "tests/audit/test_chain.py::test_an_entry_dated_before_the_one_it_follows_is_named",
            "tests/audit/test_past.py::test_a_day_ends_with_its_last_microsecond",
            "tests/monitoring/test_decoding.py::test_an_instant_carries_its_zone_and_is_a_day_there_was",
            "tests/monitoring/test_recording.py::test_the_latest_reading_is_that_of_the_newest_window_in_whatever_order_they_come",
            "tests/monitoring/test_recording.py::test_one_bad_reading_refuses_the_batch_and_every_bad_one_is_named",
            "tests/kernel/test_calendar.py",
            "tests/kernel/test_dates.py",
        ),
        defect=Defect(
            "an entry takes its instant from the clock alone",
            "registry/audit/actions/writing.py",
            "    at = max(head.at, clock.written(clock.now()))\n",
            "    at = clock.written(clock.now())\n",
            ("tests/audit/test_verify.py::test_the_clock_set_back_does_not_set_the_ledger_back",),
        ),
        lacks="the clock of the machine itself is not moved: the product's own clock is, through which all of it asks",
    ),
    Entry(
        "T19",
        "Numbers and texts",
        "NaN, infinities, 1e999, 2^63, NUL, lone surrogates, bidi, on both databases",
        tests=(
            "tests/web/test_jsonkit.py",
            "tests/monitoring/test_decoding.py",
            "tests/monitoring/test_recording.py::test_of_many_readings_each_is_stored_as_it_came_whatever_they_have_in_common",
            "tests/kernel/test_canonical.py",
            "tests/audit/test_states.py",
            "tests/audit/test_capture.py::test_any_value_that_can_be_stored_is_recorded_as_it_is_read_back",
        ),
        defect=Defect(
            "JSON is read as Python reads it: NaN is a number",
            "registry/kernel/strict_json.py",
            "            parse_constant=_refuse_constant,\n",
            "",
            ("tests/web/test_jsonkit.py",),
        ),
    ),
)
