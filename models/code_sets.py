"""The code sets of the SSDA903 return that a child's record holds (domain 3.4); code and meaning."""

from __future__ import annotations

from models.fields import Choice


def _codes(text: str) -> tuple[Choice, ...]:
    return tuple(Choice(*line.strip().split(" ", 1)) for line in text.strip().splitlines())


SEX = _codes("""
    M Male
    F Female
    U Unknown or indeterminate
""")
ETHNIC = _codes("""
    WBRI White British
    WIRI White Irish
    WOTH Any other White background
    WIRT Traveller of Irish heritage
    WROM Gypsy or Roma
    MWBC White and Black Caribbean
    MWBA White and Black African
    MWAS White and Asian
    MOTH Any other mixed background
    AIND Indian
    APKN Pakistani
    ABAN Bangladeshi
    AOTH Any other Asian background
    BCRB Caribbean
    BAFR African
    BOTH Any other Black background
    CHNE Chinese
    OOTH Any other ethnic group
    REFU Did not want to say
    NOBT Not obtained yet
""")
CATEGORY_OF_NEED = _codes("""
    N1 Abuse or neglect
    N2 Child’s disability
    N3 Parental illness or disability
    N4 Family in acute stress
    N5 Family dysfunction
    N6 Socially unacceptable behaviour
    N7 Low income
    N8 Absent parenting
""")
LEGAL_STATUS = _codes("""
    C1 Interim care order
    C2 Full care order
    D1 Freeing order
    E1 Placement order
    V2 Section 20
    V3 Short breaks, recorded singly
    V4 Short breaks under an agreed series
    L1 Police protection
    L2 Emergency protection
    L3 Child assessment order
    J1 On remand
    J2 Detained under youth justice law
    J3 Youth rehabilitation order with residence
""")
PLACE = _codes("""
    U1 Foster family, relative or friend, long term
    U2 Foster family, relative or friend, may adopt
    U3 Foster family, relative or friend
    U4 Foster family, long term
    U5 Foster family, may adopt
    U6 Foster family
    H5 Semi-independent living
    K1 Secure children’s home
    K2 Children’s home
    K3 Children’s home, other
    P1 With own parents
    P2 Independent living
    P3 Residential employment
    R1 Residential care home
    R2 Hospital or nursing
    R3 Family centre or mother and baby
    R5 Young offender institution
    S1 Residential school
    A3 Placed for adoption, with consent, present carer
    A4 Placed for adoption, with consent, new carer
    A5 Placed for adoption, with order, present carer
    A6 Placed for adoption, with order, new carer
    T0 Temporary, any
    T1 Temporary, hospital
    T2 Temporary, holiday
    T3 Temporary, carer away
    T4 Temporary, other
    Z1 Other
""")
PLACE_PROVIDER = _codes("""
    PR0 Parents
    PR1 This council
    PR2 Another council
    PR3 Other public body
    PR4 Private
    PR5 Voluntary
""")
DISABILITY = _codes("""
    NONE No disability
    MOB Mobility
    HAND Hand function
    PC Personal care
    INC Incontinence
    COMM Communication
    LD Learning
    HEAR Hearing
    VIS Vision
    BEH Behaviour
    CON Consciousness
    AUT Autism
    DDA Other
""")
SDQ_REASON = _codes("""
    SDQ1 No form returned, carer
    SDQ2 Not returned, other
    SDQ3 Child or carer did not want to
    SDQ4 Not the right time
    SDQ5 Other
""")
STATUS = _codes("""
    early_help Early help
    child_in_need Child in need
    child_protection Child protection
    looked_after Looked after
    short_breaks Short breaks
    care_experienced Care experienced
    adopted Adopted
    supervision_order Supervision order
""")
CARE_LEAVER_CATEGORY = _codes("""
    eligible Eligible
    relevant Relevant
    former_relevant Former relevant
    qualifying Qualifying
""")
HEALTH_PASSPORT = _codes("""
    received_full Received, full
    received_lite Received, lite
    accepted Accepted
    declined Declined
    record_does_not_show Record does not show
    no_offer_recorded No offer recorded
""")
IN_TOUCH = _codes("""
    YES Yes
    NO No
    DIED Has died
    NREQ No longer needs the service
    REFU Does not want us to be in touch
    RHOM Returned home
""")
ACTIVITY = _codes("""
    F1 Higher education, full time
    F2 Other education, full time
    F4 Training or work, full time
    F5 Apprenticeship, full time
    P1 Higher education, part time
    P2 Other education, part time
    P4 Training or work, part time
    P5 Apprenticeship, part time
    G4 Not now: illness or disability
    G5 Not now: other reasons
    G6 Not now: pregnancy or being a parent
""")
ACCOMMODATION = _codes("""
    B With parents or relatives
    Z With former foster carers
    U Living independently
    D Semi-independent, with support
    E Supported lodgings
    K Ordinary lodgings
    T Foyer
    C Community home
    V Emergency accommodation
    W Bed and breakfast
    X In custody
    S No fixed home
    G Gone abroad
    H Deported
    R Not known
    Y Somewhere else
""")
SUITABLE = _codes("""
    1 Suitable
    2 Not suitable
""")
"""Where a care leaver lives, by letter, and whether it is suitable: together the two signs of ACCOM (domain 3.4)."""
