with

raw_diagnoses as materialized (
    select
        {{ text_or_null('diagnosis_id') }} as diagnosis_id,
        {{ text_or_null('appointment_id') }} as appointment_id,
        {{ text_or_null('mrn') }} as mrn,
        {{ text_or_null('provider_id') }} as provider_id,
        {{ trimmed('diagnosis_date') }} as diagnosis_date,
        icd10,
        {{ row_hash(['diagnosis_id', 'mrn', 'provider_id', 'diagnosis_date', 'icd10', 'appointment_id']) }} as row_hash,
        _file,
        _row
    from {{ source('ehr', 'diagnoses') }}
),

layouts as materialized (
    select
        *,
        {{ date_text('diagnosis_date') }} as diagnosis_text,
        {{ id_reason('diagnosis_id') }} as diagnosis_id_reason
    from raw_diagnoses
),

judged as materialized (
    select
        *,
        {{ date_reason('diagnosis_date', 'diagnosis_text') }} as diagnosed_on_reason
    from layouts
),

typed as materialized (
    select
        *,
        {{ icd10cm_reason('icd10', date_value('diagnosis_text', 'diagnosed_on_reason')) }} as icd10cm_reason,
        coalesce(diagnosis_id_reason, diagnosed_on_reason) as quarantine_reason
    from judged
),

final as (
    select
        diagnosis_id,
        appointment_id,
        mrn,
        provider_id,
        {{ icd10cm_canonical('icd10', 'icd10cm_reason') }} as icd10cm,
        icd10cm_reason,
        {{ date_value('diagnosis_text', 'diagnosed_on_reason') }} as diagnosed_on,
        {{ is_current('diagnosis_id') }} as is_current,
        case
            when diagnosis_id_reason is not null then 'diagnosis_id'
            when diagnosed_on_reason is not null then 'diagnosis_date'
        end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from typed
)

select * from final
