-- The list and on-date layers, over the functions of either twin: shape first, then list, then date.
--
-- Of each system: hcw.<system>_is_valid_on, _reason_on and _canonical_on (code text, on_date date), and without a day
-- hcw.<system>_is_valid_listed, _reason_listed and _canonical_listed (code text), by the newest loaded release.
-- A variable has the collation of the caller's column; the lists are compared and indexed under "C".
-- Without a release, or on a day that none covers, the list is skipped; then the shape alone has judged.

do $install$
declare
    rule record;
begin
    for rule in
        select
            systems.system,
            -- canonical text by shape alone, also of codes that a rule's built-in list lacks
            coalesce(systems.shape, format('hcw.%I_canonical(code)', systems.system)) as shape,
            -- whether the list knows such codes at all
            coalesce(systems.listed, 'true') as listed
        from (
            values
            ('icd10cm', null, null),
            ('icd10pcs', null, null),
            ('icd9cm_dx', null, null),
            ('icd9cm_px', null, null),
            ('hcpcs', null, null),
            ('modifier', null, $$canonical collate "C" ~ '[A-Z]'$$),
            ('ms_drg', $$case when hcw.ms_drg_reason(code) is null or hcw.ms_drg_reason(code) = 'unassigned'
                then lpad(btrim(code, E' \t\n\x0b\f\r'), 3, '0') end$$, null),
            ('place_of_service', $$case when hcw.place_of_service_reason(code) is null or hcw.place_of_service_reason(code) = 'unassigned'
                then lpad(btrim(code, E' \t\n\x0b\f\r'), 2, '0') end$$, null),
            ('cvx', null, null),
            ('nucc_taxonomy', null, null)
        ) as systems (system, shape, listed)
    loop
        execute format(
            $functions$
            create or replace function hcw_codes.%1$s_answer(
                in code text, in on_date date,
                out canonical text, out reason text, out layer text
            )
            language plpgsql stable parallel safe
            as $body$
            #variable_conflict use_variable
            declare
                in_force text;
                is_leaf boolean;
            begin
                if code is null then
                    return;
                end if;
                canonical := %2$s;
                if canonical is not null and %3$s then
                    select known.release
                    into in_force
                    from hcw_codes.releases as known
                    where known.system = '%1$s'
                        and (on_date is null or on_date between known.effective_from and known.effective_to)
                    order by known.effective_from desc
                    limit 1;
                    if found then
                        layer := case when on_date is null then 'list' else 'on_date' end;
                        select listed.billable
                        into is_leaf
                        from hcw_codes.%1$I as listed
                        where listed.code = canonical collate "C"
                            and listed.release = in_force collate "C"
                            and (on_date is null or listed.effective_from is null or listed.effective_from <= on_date)
                            and (on_date is null or listed.effective_to is null or listed.effective_to >= on_date);
                        if not found then
                            reason := case
                                when on_date is not null then 'not_effective'
                                when exists (
                                    select from hcw_codes.%1$I as listed where listed.code = canonical collate "C"
                                ) then 'not_effective'
                                else 'unassigned'
                            end;
                            canonical := null;
                        elsif not is_leaf then
                            reason := 'not_billable';
                        end if;
                        return;
                    end if;
                end if;
                canonical := hcw.%1$s_canonical(code);
                reason := hcw.%1$s_reason(code);
                layer := %4$s;
            end
            $body$;

            create or replace function hcw.%1$s_is_valid_on(code text, on_date date) returns boolean
            language sql stable strict parallel safe
            as $body$ select (hcw_codes.%1$s_answer(code, on_date)).reason is null $body$;

            create or replace function hcw.%1$s_reason_on(code text, on_date date) returns text
            language sql stable strict parallel safe
            as $body$ select (hcw_codes.%1$s_answer(code, on_date)).reason $body$;

            create or replace function hcw.%1$s_canonical_on(code text, on_date date) returns text
            language sql stable strict parallel safe
            as $body$ select (hcw_codes.%1$s_answer(code, on_date)).canonical $body$;

            create or replace function hcw.%1$s_is_valid_listed(code text) returns boolean
            language sql stable strict parallel safe
            as $body$ select (hcw_codes.%1$s_answer(code, null)).reason is null $body$;

            create or replace function hcw.%1$s_reason_listed(code text) returns text
            language sql stable strict parallel safe
            as $body$ select (hcw_codes.%1$s_answer(code, null)).reason $body$;

            create or replace function hcw.%1$s_canonical_listed(code text) returns text
            language sql stable strict parallel safe
            as $body$ select (hcw_codes.%1$s_answer(code, null)).canonical $body$;

            comment on function hcw.%1$s_is_valid_on(text, date) is
            'Whether the code may be used on that day, as far as the loaded releases tell.';
            comment on function hcw.%1$s_reason_on(text, date) is
            'Why the code may not be used on that day; null when it may.';
            comment on function hcw.%1$s_canonical_on(text, date) is
            'The canonical code, also of a header that is not billable; null of what is not valid.';
            comment on function hcw.%1$s_is_valid_listed(text) is
            'Whether the newest loaded release has the code.';
            comment on function hcw.%1$s_reason_listed(text) is
            'Why the code may not be used, as far as the newest loaded release tells; null when it may.';
            comment on function hcw.%1$s_canonical_listed(text) is
            'The canonical code, also of a header that is not billable; null of what is not valid.';
            $functions$,
            rule.system,
            rule.shape,
            rule.listed,
            -- the layer that answers without a list: the rule's own
            case when rule.shape like 'case%%'
                then $$case when reason is null or reason = 'unassigned' then 'list' else 'shape' end$$
                else $$'shape'$$
            end
        );
    end loop;
end
$install$;

create or replace function hcw.icd10cm_is_billable(code text, on_date date) returns boolean
language sql stable strict parallel safe
as $body$
    select case
        when answer.layer = 'on_date' then answer.reason is null
        when answer.reason is not null then false
    end
    from hcw_codes.icd10cm_answer(code, on_date) as answer
$body$;
comment on function hcw.icd10cm_is_billable(text, date) is
'Whether the code is a leaf on that day; null when no loaded release covers it.';

-- All answers for one code, by the name of the validator; without a day by the newest release.
create or replace function hcw_codes.answer_of(kind text, value text, on_date date)
returns table (valid boolean, canonical text, reason text, layer text)
language plpgsql stable parallel safe
as $body$
begin
    if not exists (
        select from pg_catalog.pg_proc
        where oid = to_regprocedure(format('hcw_codes.%I(text,date)', kind || '_answer'))
    ) then
        raise exception 'no code table for this kind of value' using errcode = '22023';
    end if;
    return query execute format(
        'select answer.reason is null, answer.canonical, answer.reason, answer.layer
        from hcw_codes.%I($1, $2) as answer',
        kind || '_answer'
    ) using value, on_date;
end
$body$;

create or replace function hcw.validate_on(kind text, value text, on_date date)
returns table (valid boolean, canonical text, reason text, layer text)
language sql stable strict parallel safe
as $body$ select answer.* from hcw_codes.answer_of(kind, value, on_date) as answer $body$;
comment on function hcw.validate_on(text, text, date) is
'Valid, canonical text, reason and the layer that answered, for a kind of code that has a table.';

create or replace function hcw.validate_listed(kind text, value text)
returns table (valid boolean, canonical text, reason text, layer text)
language sql stable strict parallel safe
as $body$ select answer.* from hcw_codes.answer_of(kind, value, null) as answer $body$;
comment on function hcw.validate_listed(text, text) is
'As hcw.validate_on, without a day: by the newest loaded release.';
