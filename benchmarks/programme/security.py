"""T06 to T09, T13 to T16 and T20 to T30: who may do what, what comes in, what goes out, and how long it holds."""

from typing import Final

from benchmarks.programme.shapes import Defect, Entry, Program

_REQUESTS = "tests/web/test_requests.py"
_ACCESS = "tests/architecture/test_access.py"
_HOSTILE = "tests/journeys/test_hostile_texts.py"
_FLOWS = "tests/identity/test_flows.py"
_SEPARATION = "tests/reviews/test_separation.py"
_DESTINATIONS = "tests/output/test_destinations.py"
_LIMITS = "tests/output/pdf/test_limits.py"
_HEADERS = "tests/web/test_headers.py"

SECURITY: Final = (
    Entry(
        "T06",
        "Whatever is sent to whichever address",
        "10,000 requests: every form, page and path with every piece; raw bodies",
        tests=(_REQUESTS, "tests/systems/test_api.py", "tests/web/test_jsonkit.py"),
        defect=Defect(
            "a cursor that nobody issued is taken apart without a look",
            "registry/store/paging.py",
            "    except ValueError as error:\n",
            "    except KeyError as error:\n",
            (f"{_REQUESTS}::test_no_query_makes_an_error_of_any_page[sqlite-every sixteenth]",),
        ),
        lacks="drawn from our own corpus and not from openapi.json by Schemathesis",
    ),
    Entry(
        "T07",
        "Who may do what, about what",
        "every route, method and person about open, restricted, foreign and absent things",
        tests=(_ACCESS,),
        defect=Defect(
            "restricted systems are open to everybody",
            "registry/systems/queries/visibility.py",
            "    known = true() if everything else or_(_OPEN_TO_ALL, *ours, *theirs)\n",
            "    known = true() if everything or not only else or_(_OPEN_TO_ALL, *ours, *theirs)\n",
            (f"{_ACCESS}::test_every_route_answers_every_role_as_the_reviewed_table_says",),
        ),
    ),
    Entry(
        "T07a",
        "A view that says nothing of who may enter",
        "the start of the application",
        tests=("tests/web/test_doors.py",),
        defect=Defect(
            "the application starts whatever its views say",
            "registry/web/doors.py",
            "    if unmarked:\n",
            "    if not app:\n",
            ("tests/web/test_doors.py",),
        ),
    ),
    Entry(
        "T07c",
        "Fields nobody offered",
        "every field of every record with every form that writes",
        tests=(
            "tests/web/test_fields.py",
            "tests/systems/test_api.py::test_no_field_outside_the_record_can_be_changed",
        ),
        defect=Defect(
            "a field that is not of the record is passed over in silence",
            "registry/systems/schemas.py",
            '    """The fields to change; those left out stay as they are."""\n\n'
            '    model_config = ConfigDict(extra="forbid")\n',
            '    """The fields to change; those left out stay as they are."""\n\n'
            '    model_config = ConfigDict(extra="ignore")\n',
            ("tests/systems/test_api.py::test_no_field_outside_the_record_can_be_changed",),
        ),
    ),
    Entry(
        "T07d",
        "What is read changes nothing",
        "every address by GET, the database before and after",
        tests=("tests/web/test_reading.py",),
        defect=Defect(
            "a page that is read may write",
            "registry/web/flask_app.py",
            "            with self.database.transaction(read_only=reads) as session:\n",
            "            with self.database.transaction(read_only=reads and not reads) as session:\n",
            ("tests/web/test_reading.py",),
        ),
    ),
    Entry(
        "T07e",
        "Lists, searches, counts and files show what one may see",
        "every list and export for every person",
        tests=("tests/systems/test_only_what_may_be_seen.py",),
        defect=Defect(
            "everybody sees what the heads of any unit may",
            "registry/systems/queries/visibility.py",
            "    if actor.sees_everything:\n",
            "    if actor.person_id:\n",
            ("tests/systems/test_only_what_may_be_seen.py",),
        ),
    ),
    Entry(
        "T08",
        "Hostile texts in Chromium",
        "200 texts in every field, on every surface",
        tests=(_HOSTILE, "tests/web/test_typed_texts.py", "tests/output/test_markdown.py"),
        defect=Defect(
            "what somebody is called is put into the page as it is",
            "templates/system.html",
            "{% call page_head(system.name, system.summary,",
            "{% call page_head(system.name|safe, system.summary|safe,",
            (f"{_HOSTILE}::test_nothing_of_it_runs_and_the_policy_has_nothing_to_report",),
        ),
        lacks="of fields of one line each has some, as many as it takes; only long texts have each of them in turn",
    ),
    Entry(
        "T09",
        "Nothing reaches out from a page or a PDF",
        "33 vectors in each field, 60 forms of address",
        tests=(
            "tests/output/pdf/test_isolation.py",
            "tests/output/pdf/test_purified.py",
            "tests/output/pdf/test_system_calls.py",
            "tests/cards/test_hostile_texts.py",
            _DESTINATIONS,
        ),
        defect=Defect(
            "the engine may open whatever a page names",
            "registry/output/pdf/fetcher.py",
            '        if url.casefold().startswith("data:"):\n            return super().fetch(url, headers)\n',
            "        if not url.startswith(ASSET):\n            return URLFetcher(timeout=2).fetch(url, headers)\n",
            ("tests/output/pdf/test_isolation.py",),
        ),
    ),
    Entry(
        "T13",
        "Soak",
        "60 minutes of 20 requests a second",
        program=Program(
            ("benchmarks.soak", "--minutes", "2", "--rate", "6", "--database", "{database}"),
            ("benchmarks.soak", "--minutes", "60", "--rate", "20", "--database", "{database}"),
        ),
        defect=Defect(
            "each request leaves a quarter of a megabyte behind",
            "registry/web/security.py",
            '    response.headers["X-Request-ID"] = request_id()\n',
            '    response.headers["X-Request-ID"] = request_id()\n'
            '    with_headers.__dict__.setdefault("left", []).append(b"x" * 262_144)\n',
        ),
    ),
    Entry(
        "T14",
        "Files sent in",
        "2,000 mutated, bombs, polyglots, names",
        tests=(
            "tests/evidence",
            "tests/store/test_files.py",
            "tests/store/sheets/test_hostile_files.py",
            "tests/cards/test_checking_apart.py",
            "tests/kernel/test_unpacking.py",
        ),
        defect=Defect(
            "a workbook may unpack to any size",
            "registry/store/sheets/archives.py",
            "    if unpacked > limits.unpacked_bytes or too_dense:\n",
            "    if unpacked < 0:\n",
            ("tests/store/sheets/test_hostile_files.py",),
        ),
        thorough=True,
    ),
    Entry(
        "T14b",
        "Pictures of more pixels than can be shown",
        "PNG and JPEG, whatever stands before their size",
        tests=("tests/evidence/test_rules.py",),
        defect=Defect(
            "any number of pixels is taken",
            "registry/evidence/rules/pictures.py",
            "    if width * height > MOST_PIXELS:\n",
            "    if width > MOST_PIXELS:\n",
            ("tests/evidence/test_rules.py::test_what_could_act_or_deceive_is_refused_with_a_sentence",),
        ),
    ),
    Entry(
        "T15",
        "Bombs in texts and PDFs",
        "30 inputs, each within 20 seconds and a gigabyte",
        tests=(_LIMITS, "tests/output/test_markdown.py", "tests/cards/test_hostile_texts.py"),
        defect=Defect(
            "the child may compute for as long as it likes",
            "registry/output/pdf/walls.py",
            "    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + cpu_seconds, None)\n",
            "    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 900 * cpu_seconds, None)\n",
            (
                f"{_LIMITS}::test_a_page_that_takes_too_much_computing_time_is_refused_and_the_next_one_is_made",
            ),
        ),
    ),
    Entry(
        "T15b",
        "Others meanwhile",
        "95 of 100 pages within half a second while six ask for cards full of bombs",
        program=Program(
            ("benchmarks.bombs", "--seconds", "20", "--database", "{database}"),
            ("benchmarks.bombs", "--seconds", "45", "--database", "{database}"),
        ),
        defect=Defect(
            "any number of cards is laid out at once",
            "registry/cards/pages/shared.py",
            '    2, "Other cards are',
            '    200, "Other cards are',
        ),
    ),
    Entry(
        "T16",
        "Separation of duties",
        "500 runs of 50 acts by everybody; eleven rules taken away",
        tests=(_SEPARATION, "tests/reviews/test_apart.py"),
        defect=Defect(
            "whoever holds a seat decides on their own system",
            "registry/reviews/rules/separation.py",
            "    if person_id is None or person_id in involved.seated:\n",
            "    if person_id is None:\n",
            (
                f"{_SEPARATION}::test_each_of_eleven_rules_taken_away_is_missed_at_once",
                "tests/reviews/test_apart.py",
            ),
        ),
    ),
    Entry(
        "T20",
        "What leaves as a table, and secrets",
        "40 formulas; canaries in the log, the ledger and answers",
        tests=(
            "tests/output/test_tables.py",
            "tests/output/test_logs.py",
            "tests/web/test_requests_noted.py",
            "tests/second_steps/test_pages.py::test_secrets_and_codes_are_nowhere_to_be_read",
            "tests/accounts/test_actions.py::test_every_try_is_in_the_ledger_without_any_password",
            "tests/notices/test_hooks.py::test_a_secret_is_kept_so_that_neither_the_table_nor_the_ledger_tells_it",
        ),
        defect=Defect(
            "cells are written as they are",
            "registry/output/tables.py",
            "    return guarded(cell) if isinstance(cell, str) else cell\n",
            "    return cell\n",
            ("tests/output/test_tables.py",),
        ),
    ),
    Entry(
        "T20b",
        "Passwords of the example",
        "every address in docs/deploy",
        tests=("tests/packaging/test_deploy.py::test_the_passwords_that_stand_in_the_files_start_nothing",),
        defect=Defect(
            "whatever stands in an address starts the registry",
            "registry/settings.py",
            "            if _EXAMPLE in password_in(url).lower():\n",
            "            if _EXAMPLE == url:\n",
            ("tests/packaging/test_deploy.py::test_the_passwords_that_stand_in_the_files_start_nothing",),
        ),
    ),
    Entry(
        "T21",
        "Bad answers of a provider",
        "24 bad flows and 2 good",
        tests=(_FLOWS, "tests/identity/test_terms.py"),
        defect=Defect(
            "the nonce is not compared",
            "registry/identity/rules/tokens.py",
            '    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(\n'
            '        claims["nonce"].encode(), nonce.encode()\n'
            "    ):\n",
            "    if nonce is None:\n",
            (f"{_FLOWS}::test_every_bad_flow_is_refused_for_its_reason_and_nobody_is_signed_in",),
        ),
    ),
    Entry(
        "T21b",
        "A token of another purpose",
        "logout tokens of every type",
        tests=(f"{_FLOWS}::test_the_provider_ends_what_it_opened_and_nothing_else",),
        defect=Defect(
            "a logout token need not say that it is one",
            "registry/identity/rules/tokens.py",
            "    if not _is_typed_logout(token):\n",
            "    if not token:\n",
            (f"{_FLOWS}::test_the_provider_ends_what_it_opened_and_nothing_else",),
        ),
    ),
    Entry(
        "T22",
        "Webhooks",
        "60 hostile addresses, rebinding, redirections, slow answers, a killed worker",
        tests=(_DESTINATIONS, "tests/notices/test_hooks.py", "tests/notices/test_rules.py"),
        defect=Defect(
            "any number is on the public network",
            "registry/output/destinations.py",
            "        if not is_public(number):\n",
            "        if not number:\n",
            (_DESTINATIONS, "tests/notices/test_hooks.py"),
        ),
    ),
    Entry(
        "T23",
        "The sources themselves",
        "every rule of ruff, bandit's among them",
        tests=(
            "tests/web/test_static_files.py",
            "tests/architecture/test_templates.py",
            "tests/architecture/test_actions.py",
            "tests/architecture/test_imports.py",
        ),
        program=Program(("ruff", "check", "."), ("ruff", "check", "."), by_database=False),
        defect=Defect(
            "a module that evaluates what it is given",
            "registry/web/seeded.py",
            "",
            '"""A seeded fault."""\n\n\ndef answer(text: str) -> object:\n    """Whatever it comes to."""\n    return eval(text)\n',
        ),
        lacks="Semgrep and detect-secrets",
    ),
    Entry(
        "T24",
        "Confirming before what binds",
        "from nothing to five minutes and beyond, other sessions, tokens",
        tests=(
            "tests/accounts/test_actions.py",
            f"{_FLOWS}::test_confirming_by_the_provider_counts_from_when_it_asked_and_for_five_minutes",
            f"{_FLOWS}::test_somebody_else_at_the_provider_confirms_nothing",
            "tests/reviews/test_reviews.py",
            "tests/dossiers/test_actions.py",
        ),
        defect=Defect(
            "a password given once counts for ever",
            "registry/accounts/rules/signing_in.py",
            "    return timedelta(0) <= at - confirmed_at < timedelta(minutes=CONFIRMED_MINUTES)\n",
            "    return timedelta(0) <= at - confirmed_at\n",
            (
                "tests/accounts/test_actions.py::test_a_password_given_again_counts_for_five_minutes_in_that_browser_alone",
            ),
        ),
    ),
    Entry(
        "T24b",
        "Confirming before it changes how somebody signs in",
        "addresses and browsers",
        tests=("tests/people/test_pages.py", "tests/accounts/test_pages.py"),
        defect=Defect(
            "an address is changed by whoever sits at the desk",
            "registry/people/pages/person.py",
            '    if same_email(form.email.data or "") != person.email:\n',
            "    if form.email.data is None:\n",
            (
                "tests/people/test_pages.py::test_an_address_that_somebody_signs_in_with_is_changed_by_whoever_says_once_more_who_they_are",
            ),
        ),
    ),
    Entry(
        "T24c",
        "A first password",
        "each page after it, three days, a second step",
        tests=("tests/accounts/test_first_passwords.py",),
        defect=Defect(
            "the word that a password was right opens every next step",
            "registry/accounts/actions/signing_in.py",
            '    fits = credential is not None and rest == f"{due}:{credential.set_at.isoformat()}"\n',
            "    fits = credential is not None and rest.endswith(credential.set_at.isoformat())\n",
            (
                "tests/accounts/test_first_passwords.py::test_where_there_is_a_second_step_choosing_takes_a_code_and_its_page_is_no_way_round",
            ),
        ),
    ),
    Entry(
        "T24d",
        "Passwords that are guessed first",
        "the three thousand commonest, words of the house, a file of more",
        tests=(
            "tests/accounts/test_rules.py",
            "tests/store/test_lines.py",
            "tests/commands/test_accounts.py",
        ),
        defect=Defect(
            "words of the house are as good as any",
            "registry/accounts/rules/passwords.py",
            "    if (rest := _without(password, words | own)) is None:\n",
            "    if (rest := _without(password, own)) is None:\n",
            (
                "tests/accounts/test_rules.py::test_words_of_the_house_or_of_the_person_make_no_password",
                "tests/commands/test_accounts.py::test_words_of_the_house_and_those_of_a_file_are_refused_by_command_too",
            ),
        ),
    ),
    Entry(
        "T25",
        "Mutation",
        "95 of 100 mutants of 20 modules: who may, who signs, who comes in, which readings are taken, what a ledger is made of",
        program=Program(
            (
                *("benchmarks.mutants", "--only", "registry.reviews.rules.signing"),
                *("--only", "registry.reviews.rules.separation"),
            ),
            ("benchmarks.mutants",),
            by_database=False,
        ),
        defect=Defect(
            "no token is tried any more",
            "tests/reviews/test_who_signs.py",
            '    for actor in (Actor(4, "Rita", token=token), the_registry("worker"), Actor(None, "", token=token)):\n',
            "    for actor in list[Actor]():\n",
        ),
        lacks="no mutants of actions and rendering, whose branches are not measured either; those of the rules are, by hand",
    ),
    Entry(
        "T26",
        "A scanner from outside",
        "wapiti, 22 modules, as each role",
        program=Program(
            ("benchmarks.scanner", "--role", "owner", "--module", "xss", "--module-seconds", "90"),
            ("benchmarks.scanner",),
            by_database=False,
            needs="WAPITI",
        ),
        defect=Defect(
            "what was searched for stands on the page as it was sent",
            "templates/base.html",
            """value="{{ search_text|default('') }}\"""",
            """value="{{ search_text|default('')|safe }}\"""",
        ),
        lacks="20 seconds for finding pages and six for each module in each role",
    ),
    Entry(
        "T27",
        "The auditor alone",
        "an interpreter with nothing installed; 20 seeded edits",
        tests=("tests/audit/test_bundle.py", "tests/audit/test_proofs.py"),
        defect=Defect(
            "the auditor's program believes any signature",
            "registry/audit/render/verify.py",
            '    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]\n',
            "    return bool(y | (x & 1) << 255)\n",
            ("tests/audit/test_bundle.py",),
        ),
    ),
    Entry(
        "T28",
        "What is taken away is gone with the next request",
        "roles, tokens, sessions, people; two processes",
        tests=(
            "tests/identity/test_two_processes.py",
            "tests/accounts/test_actions.py",
            "tests/identity/test_scim.py",
        ),
        defect=Defect(
            "a token that was revoked opens on",
            "registry/accounts/queries.py",
            "    in_time = token.revoked_at is None and at < token.expires_at\n",
            "    in_time = at < token.expires_at\n",
            (
                "tests/identity/test_two_processes.py::test_what_is_taken_away_by_one_server_is_gone_for_the_next_request_to_another",
            ),
        ),
    ),
    Entry(
        "T29",
        "Headers, cookies, caches",
        "every route and status, downloads and errors",
        tests=(_HEADERS, "tests/web/test_statics.py"),
        defect=Defect(
            "no header is added to answers",
            "registry/web/security.py",
            "    app.after_request(lambda response: with_headers(response, secure=secure))\n",
            "",
            (_HEADERS,),
        ),
    ),
    Entry(
        "T29b",
        "What a browser keeps, and what it reports",
        "signing out by every way; reports of anything",
        tests=(
            "tests/accounts/test_pages.py",
            "tests/web/test_violations.py",
            "tests/journeys/test_leaving_journey.py",
        ),
        defect=Defect(
            "what a report says is noted as it is",
            "registry/web/violations.py",
            '        "directive": directive if directive in _DIRECTIVES else "another",\n',
            '        "directive": directive,\n',
            ("tests/web/test_violations.py",),
        ),
    ),
    Entry(
        "T30",
        "What it is made of",
        "every package pinned by hash; the wheel; nothing from elsewhere",
        tests=(
            "tests/architecture/test_lock.py",
            "tests/architecture/test_templates.py",
            "tests/packaging/test_wheel.py",
            "tests/packaging/test_bill.py",
        ),
        defect=Defect(
            "a page loads a script from elsewhere",
            "templates/base.html",
            "  <script src=\"{{ url_for('static', filename='js/theme.js') }}\"></script>\n",
            '  <script src="https://cdn.example.org/theme.js"></script>\n',
            ("tests/architecture/test_templates.py",),
        ),
    ),
)
