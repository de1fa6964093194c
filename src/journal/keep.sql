-- How far the journal had come, by Stripe's clock: in second `at` since 1970, sale `number` was
-- there. So the age of a sale rests on no label.
CREATE TABLE mark (
    at     INTEGER PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT;

-- A closed sale may go whole, once a mark says that it was there; facts go with their sale only.
-- The newest stays, since its number would be given again.
DROP TRIGGER sale_is_never_deleted;
DROP TRIGGER fact_is_never_deleted;

CREATE TRIGGER sale_goes_only_when_closed BEFORE DELETE ON sale
WHEN OLD.open <> 0 OR OLD.outcome IS NULL
  OR OLD.number = (SELECT max(number) FROM sale)
  OR NOT EXISTS (SELECT 1 FROM mark WHERE number >= OLD.number)
BEGIN SELECT RAISE(ABORT, 'only closed sales go, when they are old'); END;

CREATE TRIGGER fact_goes_only_with_its_sale BEFORE DELETE ON fact
WHEN EXISTS (SELECT 1 FROM sale WHERE sale = OLD.sale)
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;

CREATE TRIGGER facts_go_with_their_sale AFTER DELETE ON sale
BEGIN DELETE FROM fact WHERE sale = OLD.sale; END;
