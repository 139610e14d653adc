"""The pure domain: money, law, cases and decisions, with no clock, network or AWS.

Its modules by room:

Values (money, days, references to pay with, keys, reasons): money, calendar, closed_days,
    closed_days_euro, check_digits, references, references_found, barcode, epc_qr, giro, iban,
    command_id, act_keys, explain, collective.
Facts (what sources deliver, how fresh it is, how long it is kept): model, creditor, sighting,
    remittance, freshness, rhythm, overdue, runs, health, expiries, retention, grant, personal,
    erasure.
Law (what may be asked on a day, how long to wait, what it costs, when a claim lapses): law,
    law_facts, law_duties, law_fees, law_waits, law_sheet, lawpack, lawfile, lawrules, lawsources,
    packs, rate_table, lawcheck, lawcheck_parts, lawcheck_fees, limitation, debtor_rights, interest,
    compensation, law_corridor.
Policy (what the creditor chose within the law): policy, process_rules, extras_rules, overrides,
    arming, first_day, handover_gate_rules, roles.
Events (what happened to a case, append-only): events, act_events, claim_events, extras_events,
    first_day_events, identity_events, partner_events, plan_events, state_events.
Case and fold (what the events make of a case): case, case_parts, case_state, fold, fold_acts,
    fold_claims, fold_extras, fold_first_day, fold_identity, fold_partner, fold_partner_end,
    fold_people, fold_plans, fold_states, identity, in_flight, chronology, timeline, settlements.
Decisions (what should happen to this case now, and why): decide, decisions, question, moves,
    ripeness, obstacles, contacts, demand, residual, undisputed, netting, refusals, aftermath,
    lapses, endings, alarms, hold_watch, answers, service_levels, settled, debtor, charges.
Claims and ledger (what is owed of a claim on a day): ledger, ledger_balance, ledger_compensation,
    ledger_extras, ledger_money, ledger_pairs, ledger_position, ledger_truth, allocation, extras,
    waivers, payable, passed_on, client_money, three_way.
Matching (which invoices money is meant for, and whether all of it has its place): payment,
    reconciliation, matching, matching_answers, matching_certain, matching_evidence,
    matching_groups, matching_likely, matching_lookups, matching_parts, matching_proposed,
    matching_reversal, matching_sums.
States and plans (what was agreed, contested or noted, and the commands that say so): states,
    dispute, circumstance, promise, plan, plan_pause, second_look, instalments, commands,
    commands_money, commands_states, command_forms, command_checks.
Letters and channels (what a debtor is told, on what, and which way it goes): letter, letter_blocks,
    letter_contents, letter_input, letter_instalment, letter_pdf, letter_sample, notice, wording,
    wording_bounds, own_texts, formats, layout, typeface, pdf_file, scan_codes, payment_slip,
    envelope, text_message, channels, carriers.
Partners (whom claims are handed to, and what is said both ways): handover_gate,
    handover_gate_check, handover_gate_partner, handover_gate_terms, routing, telling,
    telling_money, at_partner, partner_names, partner_ends, partner_mandate, partner_message,
    partner_reports, partner_effects, partner_disputes, partner_faults, partner_bounds.
Payer's page (whom a link opens it to, what it shows, and what may be chosen there): payer_link,
    payer_fact, payer_claims, payer_due, payer_view, payer_owed, plan_offers.
Case files (the paper that a partner gets): casefile, casefile_charges, casefile_debtors,
    casefile_money, casefile_notices, casefile_rights, casefile_states, casefile_v1, casefile_xml,
    casefile_changes.
Write-back (what the books are told): postings, status_notes.
Preview (the days ahead, why, and what would change them): foresight, agreed, levers, explanation,
    replaying, preview, preview_changes, preview_happened, preview_plain, preview_totals.
Reports (the first day, the month, what was kinder, late or crossed): report_accounts,
    report_figures, report_pack, report_pages, crossings, deviations, punctuality, observed,
    assessment, first_day_checklist, picture, support.
"""
