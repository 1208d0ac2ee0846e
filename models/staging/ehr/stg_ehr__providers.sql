with

raw_providers as (
    select provider_id, first_name, last_name, department_id, npi, _file, _row, _sha256
    from {{ source('ehr', 'providers') }}
),

judged as (
    select
        {{ text_or_null('provider_id') }} as provider_id,
        {{ text_or_null('department_id') }} as department_id,
        {{ npi_canonical('npi') }} as npi,
        {{ npi_reason('npi') }} as npi_reason,
        {{ person_name('first_name') }} as first_name,
        {{ person_name('last_name') }} as last_name,
        {{ id_reason('provider_id') }} as quarantine_reason,
        {{ row_hash(['provider_id', 'first_name', 'last_name', 'department_id', 'npi']) }} as row_hash,
        _file,
        _row
    from raw_providers
),

final as (
    select
        provider_id,
        department_id,
        npi,
        npi_reason,
        first_name,
        last_name,
        {{ is_current('provider_id') }} as is_current,
        case when quarantine_reason is not null then 'provider_id' end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from judged
)

select * from final
