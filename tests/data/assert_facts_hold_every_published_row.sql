-- what the accounting calls published is in a dimension or a fact, no more and no less; the unknown members apart
with

published as (
    select source, published_rows
    from {{ ref('row_accounting') }}
),

held as (
    select 'ehr/departments' as source, count(*) as row_count from {{ ref('dim_department') }} where department_key <> -1
    union all
    select 'ehr/service_lines', count(*) from {{ ref('dim_service_line') }} where service_line_key <> -1
    union all
    select 'ehr/clinics', count(*) from {{ ref('dim_clinic') }} where clinic_key <> -1
    union all
    select 'ehr/providers', count(*) from {{ ref('dim_provider') }} where provider_key <> -1
    union all
    select 'ehr/patients', count(*) from {{ ref('dim_patient') }} where is_in_ehr
    union all
    select 'api/patients', count(*) from {{ ref('dim_patient') }} where is_in_api
    union all
    select 'ehr/diagnoses', count(*) from {{ ref('fct_diagnoses') }}
    union all
    select 'ehr/treatments', count(*) from {{ ref('fct_treatments') }}
    union all
    select 'ehr/appointments', count(*) from {{ ref('fct_appointments') }} where source = 'ehr/appointments'
    union all
    select 'api/appointments', count(*) from {{ ref('fct_appointments') }} where source = 'api/appointments'
    union all
    select 'billing/charges', coalesce(sum(charge_row_count), 0) from {{ ref('fct_charges') }}
),

final as (
    select published.source, published.published_rows, held.row_count
    from published
    full outer join held on published.source = held.source
    where published.published_rows is distinct from held.row_count
)

select * from final
