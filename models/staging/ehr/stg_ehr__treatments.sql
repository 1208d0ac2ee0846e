with

raw_treatments as materialized (
    select
        {{ text_or_null('treatment_id') }} as treatment_id,
        {{ text_or_null('diagnosis_id') }} as diagnosis_id,
        {{ text_or_null('provider_id') }} as provider_id,
        {{ trimmed('treatment_date') }} as treatment_date,
        outcome,
        {{ row_hash(['treatment_id', 'diagnosis_id', 'provider_id', 'treatment_date', 'outcome']) }} as row_hash,
        _file,
        _row
    from {{ source('ehr', 'treatments') }}
),

layouts as materialized (
    select
        *,
        {{ date_text('treatment_date') }} as treatment_text,
        {{ id_reason('treatment_id') }} as treatment_id_reason
    from raw_treatments
),

judged as materialized (
    select
        *,
        {{ date_reason('treatment_date', 'treatment_text') }} as treated_on_reason
    from layouts
),

typed as (
    select
        *,
        coalesce(treatment_id_reason, treated_on_reason) as quarantine_reason
    from judged
),

final as (
    select
        treatment_id,
        diagnosis_id,
        provider_id,
        {{ treatment_outcome('outcome') }} as outcome,
        {{ treatment_outcome_reason('outcome') }} as outcome_reason,
        {{ date_value('treatment_text', 'treated_on_reason') }} as treated_on,
        {{ is_current('treatment_id') }} as is_current,
        case
            when treatment_id_reason is not null then 'treatment_id'
            when treated_on_reason is not null then 'treatment_date'
        end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from typed
)

select * from final
