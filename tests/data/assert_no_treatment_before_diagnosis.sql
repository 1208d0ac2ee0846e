select treatments.treatment_id
from {{ ref('fct_treatments') }} as treatments
inner join {{ ref('fct_diagnoses') }} as diagnoses on treatments.diagnosis_id = diagnoses.diagnosis_id
where treatments.treated_on < diagnoses.diagnosed_on
    or treatments.days_since_diagnosis is distinct from treatments.treated_on - diagnoses.diagnosed_on
