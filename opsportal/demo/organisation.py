"""What Northwind Operations looks like: its units, who leads them, its queues and customers.

All of it is invented. People beyond the leaders are hired in people.py.
"""

from dataclasses import dataclass, field

ORGANISATION = "Northwind Operations"
DOMAIN = "demo.example"

SAFETY = "Trust & Safety"
SEARCH = "Search Operations"


@dataclass(frozen=True)
class Customer:
    """A part of the company that asks for work."""

    name: str


@dataclass(frozen=True)
class Queue:
    """One kind of work: what it differs by, and how long an experienced person takes for one item.

    `due_share` of the items carry a promised time; `machine_share` of what comes in is decided by
    machines and never reaches a person.
    """

    name: str
    domain: str
    policy_area: str
    language: str
    severity: int
    customer: str
    handle_seconds: float
    due_share: float
    machine_share: float


@dataclass(frozen=True)
class Team:
    """A team as it stands today: where, who leads it, which queues it works and how much of each.

    `pace` is its speed within a queue, 1 being that of everyone; `on_time` the share of due items
    that it delivers in time when nothing special happens.
    """

    name: str
    group: str
    leader: str
    size: int
    location: str
    cultures: dict[str, int]
    queues: dict[str, float]
    pace: float = 1.0
    on_time: float = 0.945
    vendors: bool = False


@dataclass(frozen=True)
class Group:
    name: str
    department: str
    leader: str

    @property
    def path(self) -> str:
        return f"{self.department}/{self.name}"


@dataclass(frozen=True)
class Location:
    """A place of work, with the public holidays (month, day) on which most stay at home."""

    name: str
    time_zone: str
    holidays: frozenset[tuple[int, int]] = field(default_factory=frozenset)


CUSTOMERS = [
    Customer("Video Platform"),
    Customer("Ads"),
    Customer("Marketplace"),
    Customer("Web Search"),
    Customer("Shopping"),
]

EN_STANDARD = "English video, standard"
EN_HIGH = "English video, high severity"
ES_VIDEO = "Spanish video"
DE_VIDEO = "German video"
AR_VIDEO = "Arabic video"
ESCALATIONS = "Video escalations"
ADS = "Ads review"
LISTINGS = "Marketplace listings"
RELEVANCE = "Search relevance"
ANSWERS = "Answers and shopping results"

QUEUES = [
    Queue(EN_STANDARD, "safety", "Video", "en", 1, "Video Platform", 63, 0.15, 0.45),
    Queue(EN_HIGH, "safety", "Violence and abuse", "en", 3, "Video Platform", 118, 0.22, 0.15),
    Queue(ES_VIDEO, "safety", "Video", "es", 2, "Video Platform", 76, 0.18, 0.35),
    Queue(DE_VIDEO, "safety", "Video", "de", 2, "Video Platform", 80, 0.11, 0.35),
    Queue(AR_VIDEO, "safety", "Video", "ar", 2, "Video Platform", 84, 0.08, 0.25),
    Queue(ESCALATIONS, "safety", "Escalations", "mul", 3, "Video Platform", 340, 0.019, 0.0),
    Queue(ADS, "safety", "Advertising", "mul", 1, "Ads", 48, 0.06, 0.55),
    Queue(LISTINGS, "safety", "Counterfeits and scams", "mul", 1, "Marketplace", 57, 0.08, 0.50),
    Queue(RELEVANCE, "search", "Relevance", "mul", 0, "Web Search", 39, 0.05, 0.0),
    Queue(ANSWERS, "search", "Answers and shopping", "mul", 0, "Shopping", 66, 0.08, 0.0),
]

# Dates differ by year for many holidays; a demonstration does with those that do not.
LOCATIONS = {
    place.name: place
    for place in [
        Location(
            "Dublin",
            "Europe/Dublin",
            frozenset({(1, 1), (3, 17), (12, 25), (12, 26)}),
        ),
        Location(
            "Madrid",
            "Europe/Madrid",
            frozenset({(1, 1), (1, 6), (5, 1), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25)}),
        ),
        Location(
            "Berlin",
            "Europe/Berlin",
            frozenset({(1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26)}),
        ),
        Location("Amman", "Asia/Amman", frozenset({(1, 1), (5, 1), (5, 25), (12, 25)})),
        Location(
            "Tokyo",
            "Asia/Tokyo",
            frozenset({(1, 1), (1, 2), (1, 3), (2, 11), (4, 29), (5, 3), (5, 4), (5, 5), (11, 3)}),
        ),
        Location("Warsaw", "Europe/Warsaw", frozenset({(1, 1), (1, 6), (5, 1), (5, 3), (11, 11)})),
        Location("Athens", "Europe/Athens", frozenset({(1, 1), (3, 25), (5, 1), (10, 28)})),
        Location("Tel Aviv", "Asia/Jerusalem"),
        Location("Bengaluru", "Asia/Kolkata", frozenset({(1, 26), (5, 1), (8, 15), (10, 2)})),
    ]
}

VIDEO_SAFETY = "Video Safety"
COMMERCE = "Ads and Commerce Integrity"
SEARCH_RELEVANCE = "Search Relevance"
ANSWERS_AND_SHOPPING = "Answers and Shopping"

GROUPS = {
    group.name: group
    for group in [
        Group(VIDEO_SAFETY, SAFETY, "Nadia Haddad"),
        Group(COMMERCE, SAFETY, "Bartholomew Ashworth-Nakagawa"),
        Group(SEARCH_RELEVANCE, SEARCH, "Ewa Zielińska"),
        Group(ANSWERS_AND_SHOPPING, SEARCH, "ריבקה בן־דוד"),
    ]
}

VIDEO_EN_1 = "Video EN 1"
VIDEO_EN_2 = "Video EN 2"
VIDEO_ES = "Video ES"
VIDEO_DE = "Video DE"
VIDEO_AR = "Video AR"
VIDEO_ESCALATIONS = "Video Escalations"
LOCAL_SEARCH = "Local Search"

TEAMS = {
    team.name: team
    for team in [
        Team(
            VIDEO_ES,
            VIDEO_SAFETY,
            "Carmen Ibáñez",
            12,
            "Madrid",
            {"spanish": 8, "portuguese": 2, "turkish": 1},
            {ES_VIDEO: 0.92, EN_STANDARD: 0.08},
            on_time=0.942,
        ),
        Team(
            VIDEO_EN_1,
            VIDEO_SAFETY,
            "Samuel Brandt",
            13,
            "Dublin",
            {"english": 7, "polish": 1, "indian": 2, "portuguese": 1},
            {EN_STANDARD: 0.86, EN_HIGH: 0.14},
            pace=0.95,
            on_time=0.946,
        ),
        Team(
            VIDEO_EN_2,
            VIDEO_SAFETY,
            "Aoife Kelleher",
            13,
            "Dublin",
            {"english": 7, "vietnamese": 1, "indian": 1, "turkish": 1},
            {EN_STANDARD: 0.24, EN_HIGH: 0.76},
            pace=1.15,
            on_time=0.944,
        ),
        Team(
            VIDEO_DE,
            VIDEO_SAFETY,
            "Lukas Weidner",
            10,
            "Berlin",
            {"german": 6, "turkish": 2, "polish": 1},
            {DE_VIDEO: 1.0},
            vendors=True,
            on_time=0.945,
        ),
        Team(
            VIDEO_AR,
            VIDEO_SAFETY,
            "Yusuf Rahmani",
            9,
            "Amman",
            {"arabic": 9},
            {AR_VIDEO: 1.0},
            on_time=0.940,
        ),
        Team(
            VIDEO_ESCALATIONS,
            VIDEO_SAFETY,
            "Grace Mbeki",
            4,
            "Dublin",
            {"english": 2, "arabic": 1, "indian": 1},
            {ESCALATIONS: 1.0},
            on_time=0.950,
        ),
        Team(
            "Ads EN",
            COMMERCE,
            "Rosalind O'Donoghue",
            15,
            "Dublin",
            {"english": 6, "portuguese": 2, "indian": 2},
            {ADS: 1.0},
            on_time=0.952,
        ),
        Team(
            "Ads JA",
            COMMERCE,
            "佐藤 美咲",
            13,
            "Tokyo",
            {"japanese": 10, "korean": 2},
            {ADS: 0.85, LISTINGS: 0.15},
            pace=0.97,
            on_time=0.962,
        ),
        Team(
            "Marketplace Listings",
            COMMERCE,
            "Priyadarshini Venkataraman-Krishnamoorthy",
            15,
            "Bengaluru",
            {"indian": 10},
            {LISTINGS: 1.0},
            vendors=True,
            on_time=0.948,
        ),
        Team(
            "Scam Response",
            COMMERCE,
            "Tomasz Wójcik",
            9,
            "Warsaw",
            {"polish": 7, "vietnamese": 1},
            {LISTINGS: 0.75, ADS: 0.25},
            pace=1.03,
            on_time=0.953,
        ),
        Team(
            "Relevance EN",
            SEARCH_RELEVANCE,
            "Imogen Clarke",
            15,
            "Warsaw",
            {"english": 4, "polish": 7},
            {RELEVANCE: 1.0},
            on_time=0.957,
        ),
        Team(
            "Relevance ES and PT",
            SEARCH_RELEVANCE,
            "Joaquim Figueiredo",
            12,
            "Madrid",
            {"spanish": 6, "portuguese": 5},
            {RELEVANCE: 1.0},
            pace=1.02,
            on_time=0.951,
        ),
        Team(
            "Relevance AR and HE",
            SEARCH_RELEVANCE,
            "עמית לוי",
            10,
            "Tel Aviv",
            {"hebrew": 6, "arabic": 4},
            {RELEVANCE: 0.8, ANSWERS: 0.2},
            on_time=0.949,
        ),
        Team(
            "Relevance for Southern and South-Eastern European Languages",
            SEARCH_RELEVANCE,
            "Αλέξανδρος Παπαδόπουλος",
            12,
            "Athens",
            {"greek": 8, "turkish": 4},
            {RELEVANCE: 1.0},
            pace=0.96,
            on_time=0.945,
        ),
        Team(
            "Answers",
            ANSWERS_AND_SHOPPING,
            "Noa Friedman",
            13,
            "Tel Aviv",
            {"hebrew": 9, "english": 2},
            {ANSWERS: 0.9, RELEVANCE: 0.1},
            on_time=0.948,
        ),
        Team(
            "Shopping Search",
            ANSWERS_AND_SHOPPING,
            "Nguyễn Thị Minh Khai",
            14,
            "Bengaluru",
            {"indian": 6, "vietnamese": 3, "japanese": 1},
            {ANSWERS: 1.0},
            pace=1.02,
            on_time=0.953,
        ),
        Team(
            "Search Safety",
            ANSWERS_AND_SHOPPING,
            "Katarzyna Szymańska",
            12,
            "Warsaw",
            {"polish": 8, "german": 2},
            {ANSWERS: 0.7, RELEVANCE: 0.3},
            on_time=0.951,
        ),
        Team(
            LOCAL_SEARCH,
            ANSWERS_AND_SHOPPING,
            "Demir Yıldız",
            10,
            "Athens",
            {"greek": 5, "turkish": 5},
            {RELEVANCE: 0.6, ANSWERS: 0.4},
            on_time=0.947,
        ),
    ]
}

# Who leads what is above the groups; the root is the organisation itself.
HEADS = {"": "Ingrid Solberg", SAFETY: "Kwame Boateng-Lindqvist", SEARCH: "田中 健太郎"}

# Functional roles and how far they reach; these people sit in the organisation itself.
OFFICE: dict[str, tuple[str, str | None]] = {
    "Tobias Lang": ("trainer", None),
    "Hana Kowalczyk": ("quality_auditor", None),
    "Ola Svensson": ("analyst", None),
    "Judith Vos": ("hr_partner", SAFETY),
    "Amara Obi": ("compliance", None),
    "Felix Moreau": ("admin", None),
}
ANALYST = "Ola Svensson"
QUALITY_AUDITOR = "Hana Kowalczyk"
ADMINISTRATOR = "Felix Moreau"
HR_PARTNER = "Judith Vos"

# Members with a name that is known beforehand, by team.
KNOWN_MEMBERS = {VIDEO_ES: ["Elif Demir"]}
