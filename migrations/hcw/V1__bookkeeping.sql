-- hcw's own tables. The schema `hcw` itself is made before the first migration, because the
-- history of migrations lies in it.

create table hcw.landed_files (
    source_name text not null,
    schema_name text not null,
    table_name text not null,
    file text not null,
    sha256 text not null,
    bytes bigint not null,
    rows bigint not null,
    rejects bigint not null,
    loaded_at timestamptz not null default now(),
    primary key (schema_name, table_name, sha256)
);

comment on table hcw.landed_files is
'One row per file content that lies in a raw table: records in the file = rows + rejects.';
comment on column hcw.landed_files.file is 'Path as matched, relative to the project folder when below it.';
comment on column hcw.landed_files.sha256 is 'Hex digest of the file''s bytes as they lie on disk.';
comment on column hcw.landed_files.bytes is 'Size of the file on disk.';

create table hcw.load_rejects (
    source_name text not null,
    schema_name text not null,
    table_name text not null,
    _file text not null,
    _row bigint not null,
    _line bigint not null,
    reason text not null check (
        reason in (
            'too_few_fields',
            'too_many_fields',
            'invalid_utf8',
            'nul_byte',
            'unterminated_quote',
            'text_after_quote',
            'record_too_long',
            'invalid_json',
            'json_nul_character',
            'json_number_out_of_range',
            'json_too_deep',
            'refused_by_server'
        )
    ),
    raw_line bytea not null,
    raw_bytes bigint not null,
    _sha256 text not null,
    _loaded_at timestamptz not null default now()
);

create index load_rejects_by_content on hcw.load_rejects (schema_name, table_name, _sha256);

comment on table hcw.load_rejects is 'One row per record of a landed file that its raw table could not take.';
comment on column hcw.load_rejects._row is 'Number of the record in its file, from 1, rejected ones counted.';
comment on column hcw.load_rejects._line is 'Line of the (decompressed) file where the record starts, from 1.';
comment on column hcw.load_rejects.raw_line is
'The record''s bytes without its line break; of a record_too_long only the first mebibyte.';
comment on column hcw.load_rejects.raw_bytes is 'Length of the whole record in bytes, without its line break.';
