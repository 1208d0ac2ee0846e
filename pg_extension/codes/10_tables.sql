-- Code tables: one row per code and release. Installed with either twin; filled by `hcw load-codes`.
-- Running this again changes nothing that is there.

do $install$
begin
    -- a role without CREATE on the database can use schemas that were made for it
    if to_regnamespace('hcw') is null then
        create schema hcw;
    end if;
    if to_regnamespace('hcw_codes') is null then
        create schema hcw_codes;
    end if;
end
$install$;
comment on schema hcw_codes is 'Code lists that the on-date validators of schema hcw read; loaded by hcw load-codes.';

create table if not exists hcw_codes.releases (
    system text collate "C" not null,
    release text collate "C" not null,
    effective_from date not null default '-infinity',
    effective_to date not null default 'infinity',
    file text not null,
    sha256 text not null,
    codes bigint not null,
    loaded_at timestamptz not null default now(),
    primary key (system, release),
    check (effective_from <= effective_to)
);
comment on table hcw_codes.releases is 'One row per loaded release of a code system.';
comment on column hcw_codes.releases.system is 'Name of the table in hcw_codes and of the validator.';
comment on column hcw_codes.releases.effective_to is 'The last day; where releases overlap the later one answers.';
comment on column hcw_codes.releases.sha256 is 'Hex digest of the file as it lies on disk.';

do $install$
declare
    system text;
begin
    foreach system in array array[
        'icd10cm', 'icd10pcs', 'icd9cm_dx', 'icd9cm_px', 'hcpcs', 'modifier',
        'ms_drg', 'place_of_service', 'cvx', 'nucc_taxonomy'
    ]
    loop
        execute format(
            $table$
            create table if not exists hcw_codes.%1$I (
                code text collate "C" not null,
                release text collate "C" not null,
                billable boolean not null default true,
                effective_from date,
                effective_to date,
                description text,
                primary key (code, release) include (billable, effective_from, effective_to)
            );
            comment on column hcw_codes.%1$I.code is 'Canonical text: with dots and in upper case where the system has them.';
            comment on column hcw_codes.%1$I.billable is 'False for a header above codes.';
            comment on column hcw_codes.%1$I.effective_from is 'First day within the release; null for that of the release.';
            comment on column hcw_codes.%1$I.effective_to is 'Last day within the release; null for that of the release.';
            $table$,
            system
        );
    end loop;
end
$install$;

comment on table hcw_codes.icd10cm is 'ICD-10-CM diagnoses, leaves and headers.';
comment on table hcw_codes.icd10pcs is 'ICD-10-PCS procedures.';
comment on table hcw_codes.icd9cm_dx is 'ICD-9-CM diagnoses (volumes 1 and 2), leaves.';
comment on table hcw_codes.icd9cm_px is 'ICD-9-CM procedures (volume 3), leaves.';
comment on table hcw_codes.hcpcs is 'HCPCS level II codes.';
comment on table hcw_codes.modifier is 'HCPCS level II modifiers: those with a letter.';
comment on table hcw_codes.ms_drg is 'Medicare severity diagnosis related groups.';
comment on table hcw_codes.place_of_service is 'CMS places of service.';
comment on table hcw_codes.cvx is 'CDC vaccines administered.';
comment on table hcw_codes.nucc_taxonomy is 'NUCC provider taxonomy; licensed, so loaded from the user''s own file.';

alter table hcw_codes.ms_drg
    add column if not exists mdc text,
    add column if not exists type text,
    add column if not exists weight numeric,
    add column if not exists gmlos numeric,
    add column if not exists amlos numeric;
comment on column hcw_codes.ms_drg.mdc is 'Major diagnostic category.';
comment on column hcw_codes.ms_drg.type is 'MED or SURG.';
comment on column hcw_codes.ms_drg.weight is 'Relative weight.';
comment on column hcw_codes.ms_drg.gmlos is 'Geometric mean length of stay in days.';
comment on column hcw_codes.ms_drg.amlos is 'Arithmetic mean length of stay in days.';

alter table hcw_codes.cvx add column if not exists status text;
alter table hcw_codes.nucc_taxonomy
    add column if not exists grouping text,
    add column if not exists classification text,
    add column if not exists specialization text,
    add column if not exists section text;
