-- one row for each landed row: published, superseded by another row of the same thing, withdrawn by its sender, or quarantined
{%- set plain_sources = [
    ['ehr/departments', 'stg_ehr__departments'],
    ['ehr/service_lines', 'stg_ehr__service_lines'],
    ['ehr/clinics', 'stg_ehr__clinics'],
    ['ehr/providers', 'stg_ehr__providers'],
    ['ehr/patients', 'stg_ehr__patients'],
    ['ehr/diagnoses', 'stg_ehr__diagnoses'],
    ['api/patients', 'stg_api__patients']
] %}
with

{% for source, model in plain_sources %}
{{ model }} as (
    select '{{ source }}' as source, is_current, quarantine_field, quarantine_reason, row_hash, _file, _row
    from {{ ref(model) }}
),
{% endfor %}
charges as (
    select is_current, amount_usd, quarantine_field, quarantine_reason, row_hash, _file, _row
    from {{ ref('stg_billing__charges') }}
),

rejected_appointments as (
    select 'ehr/appointments' as source, quarantine_field, quarantine_reason, row_hash, _file, _row
    from {{ ref('stg_ehr__appointments') }}
    where quarantine_reason is not null
    union all
    select 'api/appointments', quarantine_field, quarantine_reason, row_hash, _file, _row
    from {{ ref('stg_api__appointments') }}
    where quarantine_reason is not null
),

delivered_appointments as (
    select source, disposition, _file, _row
    from {{ ref('int_appointments_delivered') }}
),

rejected_treatments as (
    select quarantine_field, quarantine_reason, row_hash, _file, _row
    from {{ ref('stg_ehr__treatments') }}
    where quarantine_reason is not null
),

checked_treatments as (
    select disposition, row_hash, _file, _row
    from {{ ref('int_treatments_checked') }}
),

final as (
    {%- for source, model in plain_sources %}
    select
        source,
        case when quarantine_reason is not null then 'quarantined' when is_current then 'published' else 'superseded' end as disposition,
        case when quarantine_reason is not null then 'row' end as stage,
        quarantine_field as field,
        quarantine_reason as reason,
        case when quarantine_reason is not null then row_hash end as value_hash,
        null::bigint as amount_cents,
        _file,
        _row
    from {{ model }}
    union all
    {%- endfor %}
    select
        'billing/charges',
        case when quarantine_reason is not null then 'quarantined' when is_current then 'published' else 'superseded' end,
        case when quarantine_reason is not null then 'row' end,
        quarantine_field,
        quarantine_reason,
        case when quarantine_reason is not null then row_hash end,
        (coalesce(amount_usd, 0) * 100)::bigint,
        _file,
        _row
    from charges
    union all
    select source, 'quarantined', 'row', quarantine_field, quarantine_reason, row_hash, null, _file, _row
    from rejected_appointments
    union all
    select source, disposition, null, null, null, null, null, _file, _row
    from delivered_appointments
    union all
    select 'ehr/treatments', 'quarantined', 'row', quarantine_field, quarantine_reason, row_hash, null, _file, _row
    from rejected_treatments
    union all
    select
        'ehr/treatments',
        disposition,
        case when disposition = 'quarantined' then 'cross_row' end,
        case when disposition = 'quarantined' then 'treatment_date' end,
        case when disposition = 'quarantined' then 'implausible' end,
        case when disposition = 'quarantined' then row_hash end,
        null,
        _file,
        _row
    from checked_treatments
)

select * from final
