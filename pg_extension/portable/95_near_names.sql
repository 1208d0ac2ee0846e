
-- Stops a call with a validator that does not exist, and offers the names within two edits (insert,
-- remove, replace) or, where there are none, the nearest, at most five. Edits are counted in bytes.
create or replace function hcw._no_such_validator(kind text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    given bytea := convert_to(kind, getdatabaseencoding());
    shown text collate "C" := '';
    rule bytea;
    codes text[] collate "C" := array(select validators.code from hcw.validators order by validators.code collate "C");
    distances int[] := '{}';
    edits int[];
    diagonal int;
    above int;
    nearest int;
begin
    for place in 0..least(length(given), 63) - 1 loop
        shown := shown || case
            when get_byte(given, place) between 32 and 126 then chr(get_byte(given, place))
            else '?'
        end;
    end loop;
    for each in 1..cardinality(codes) loop
        rule := codes[each]::bytea;
        edits := array(select generate_series(0, length(rule)));
        for row in 1..length(given) loop
            diagonal := row - 1;
            edits[1] := row;
            for place in 1..length(rule) loop
                above := edits[place + 1];
                edits[place + 1] := least(
                    diagonal + case when get_byte(given, row - 1) = get_byte(rule, place - 1) then 0 else 1 end,
                    edits[place] + 1,
                    above + 1);
                diagonal := above;
            end loop;
        end loop;
        distances := distances || edits[cardinality(edits)];
    end loop;
    nearest := (select min(distance) from unnest(distances) as distance);
    raise exception 'unknown validator "%"', shown
        using errcode = 'invalid_parameter_value',
              hint = 'near names: '
                  || array_to_string(array(
                      select known.code
                      from unnest(codes, distances) as known (code, distance)
                      where known.distance <= greatest(nearest, 2)
                      order by known.distance, known.code collate "C"
                      limit 5), ', ')
                  || '; hcw.validators lists all';
end
$$;
