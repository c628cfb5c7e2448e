"""A second verifier of the register's journal, written from `docs/journal-format.md` alone.

It shares no code with the product, so that a mistake has to be made twice, in two languages, to go
unseen. From the ground up:

    values      what may stand in an entry, and its one canonical form
    keys        Ed25519 without leniency
    merkle      the RFC 6962 tree, also when only its right-hand part is at hand
    dates       instants, business dates, periods
    money       roundings and apportionments
    report      findings and the verdict
    shapes      which keys each kind of entry has
    notes       checkpoints and who signed them

    nf525       the signed strings that are chained by type
    tickets     arithmetic, payments, and what refers to earlier tickets
    closings    the sums of a period and the order in which periods close
    books       everything that an entry must agree with in the entries before it
    sealing     lines, hashes, signatures, the clock

    evidence    what somebody kept, held against a journal
    csvfiles    the tables an archive holds for people
    archive     the archive file
    program     files in, verdicts out
"""
