with

staged_diagnoses as (
    select icd10cm
    from {{ ref('stg_ehr__diagnoses') }}
    where is_current and icd10cm is not null
),

codes as (
    select distinct icd10cm
    from staged_diagnoses
),

final as (
    select
        row_number() over (order by icd10cm collate "C")::int as diagnosis_key,
        icd10cm,
        left(icd10cm, 3) as icd10cm_category
    from codes
    union all
    select -1, 'UNKNOWN', 'UNKNOWN'
)

select * from final
