select
    visit_id,
    clinic_id,
    status,
    visited_on::date as visited_on
from {{ source('raw', 'visits') }}
