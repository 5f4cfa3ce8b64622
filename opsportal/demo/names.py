"""Invented names of many languages and scripts, each with the Latin letters of its address."""

import unicodedata
from collections.abc import Iterator

from numpy.random import Generator

# Latin letters that do not come apart into a plain letter and an accent.
LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ø": "o", "Ø": "O", "ß": "ss"}
)

# culture: (given names, family names); 'native=latin' where the name has another script.
POOLS: dict[str, tuple[str, str]] = {
    "english": (
        "Amelia Callum Charlotte Declan Eleanor Fionn Georgia Harriet Isaac Jasmine Kieran Lorcan "
        "Maeve Niamh Oisín Patrick Róisín Sinéad Theodore Wilhelmina",
        "Abernathy Byrne Carmichael Doyle Fairweather Gallagher Hennessy Kavanagh Lynch McAllister "
        "Nolan O'Brien O'Sullivan Pemberton Quinn Rafferty Stapleton Tierney Whitfield",
    ),
    "spanish": (
        "Alejandra Álvaro Beatriz Borja Concepción Diego Encarnación Gonzalo Inés Íñigo Leire "
        "Lucía Martín Nuria Óscar Rocío Sofía Unai Ximena",
        "Aguirre Bermúdez Castaño Domínguez Echeverría Fernández-Villaverde García-Margallo "
        "Herrero Iglesias Jiménez López-Quintana Muñoz Núñez Ortega Peñalver Quiñones Zubizarreta",
    ),
    "portuguese": (
        "Afonso Beatriz Catarina Duarte Gonçalo Inês João Luísa Matilde Simão Tomás Vasco",
        "Albuquerque Bragança Cavalcanti Conceição Guimarães Magalhães Nóbrega Simões Vasconcelos",
    ),
    "german": (
        "Anneliese Björn Friederike Gudrun Hannes Jürgen Katharina Lotte Matthias Ole Renate "
        "Sönke Theresa Ulrike Wolfgang",
        "Achterberg Böhm Dreßler Eisenschmidt Freudenberger Größl Hohenstein Jäger Krüger "
        "Müller-Lüdenscheidt Oppermann Schönfeld Tannhäuser Vogelsang Weiß",
    ),
    "arabic": (
        "Ahmad Dalia Faris Hala Ibrahim Jumana Khalil Lina Mariam Nabil Omar Rania Samir Tala "
        "محمد=mohammed خديجة=khadija ياسمين=yasmin",
        "Abdelrahman Al-Khatib Al-Masri Barakat Darwish Fakhoury Ghanem Hamdan Jaber Mansour "
        "Qasim Saleh Tarawneh Zaydan الحسيني=al-husseini النجار=al-najjar",
    ),
    "hebrew": (
        "Avigail Eitan Gil Hadas Itai Liora Maya Nadav Omer Shira Tamar Yael "
        "ליאור=lior שירה=shira אורי=uri נועם=noam",
        "Abramson Ben-Ami Carmeli Dayan Goldfarb Halevi Katz Mizrahi Peretz Rosenblatt Shamir "
        "כהן=cohen מזרחי=mizrahi פרידמן=friedman",
    ),
    "japanese": (
        "Akari Daichi Emi Haruto Kaede Ren Satsuki Yuna 陽菜=hina 大輝=daiki さくら=sakura 蓮=ren",
        "Fujimoto Hasegawa Kobayashi Matsuda Okamoto Yamaguchi 鈴木=suzuki 高橋=takahashi "
        "渡辺=watanabe 伊藤=ito",
    ),
    "korean": ("Ji-woo Min-jun Seo-yeon 지훈=ji-hoon 수아=su-a", "Hwang Kang Yoon 박=park 최=choi"),
    "polish": (
        "Agnieszka Bartłomiej Błażej Dobrosława Grażyna Ignacy Jagoda Krzysztof Łucja Małgorzata "
        "Paweł Radosław Stanisława Wojciech Zbigniew Żaneta",
        "Błaszczyk Brzęczyszczykiewicz Dąbrowska Gąsienica Jabłoński Kaźmierczak Lewandowska "
        "Michałowska Ostrowski Piątek Rzepecki Sikora Trzebiatowska Wiśniewska Źródłowska",
    ),
    "greek": (
        "Anastasia-Konstantina Dimitris Eleftheria Giorgos Ioanna Kyriakos Nikos Stavroula "
        "Δέσποινα=despoina Ευάγγελος=evangelos Χρυσάνθη=chrysanthi",
        "Angelopoulos Christodoulou Hatzigeorgiou Karagiannis Papadimitrakopoulou Samaras "
        "Vlachopoulos Παππάς=pappas Οικονόμου=oikonomou Θεοδωρίδης=theodoridis",
    ),
    "turkish": (
        "Ayşe Burak Çağla Defne Emre Gülşah Hüseyin İpek Oğuz Şebnem Tuğba Ümit Zeynep",
        "Akgün Bozkurt Çelik Doğan Erdoğmuş Güneş Kılıç Öztürk Şahin Tekin Uçar Yılmaz",
    ),
    "indian": (
        "Aarav Bhavani Chandrasekhar Devika Gayatri Harish Ishaan Kavya Lakshmi Meenakshi Nikhil "
        "Rohini Sandeep Tanvi Vikram आरती=aarti विवेक=vivek लक्ष्मी=lakshmi",
        "Balasubramanian Chatterjee Deshpande Iyer Joshi Kulkarni Mukherjee Nair Padmanabhan Rao "
        "Sharma Subramaniam Thiruvengadam शर्मा=sharma कुलकर्णी=kulkarni",
    ),
    "vietnamese": (
        "Ánh Bảo Châu Đức Giang Hạnh Khánh Linh Phương Quốc Thảo Tuấn",
        "Bùi Đặng Hoàng Lê Nguyễn Phạm Phan Trần Võ",
    ),
}
FAMILY_FIRST = {"japanese", "korean", "vietnamese"}
LANGUAGES = {
    "english": "en",
    "spanish": "es;en",
    "portuguese": "pt;es;en",
    "german": "de;en",
    "arabic": "ar;en",
    "hebrew": "he;en",
    "japanese": "ja;en",
    "korean": "ko;ja;en",
    "polish": "pl;en",
    "greek": "el;en",
    "turkish": "tr;en",
    "indian": "hi;en",
    "vietnamese": "vi;en",
}

# Addresses of the people whom organisation.py names in another script.
LATIN_NAMES = {
    "佐藤 美咲": "misaki.sato",
    "田中 健太郎": "kentaro.tanaka",
    "ריבקה בן־דוד": "rivka.bendavid",
    "עמית לוי": "amit.levi",
    "Αλέξανδρος Παπαδόπουλος": "alexandros.papadopoulos",
}


def make_address(name: str, *, domain: str) -> str:
    """Return 'first.last@domain' of a name, in plain Latin letters."""
    local = LATIN_NAMES.get(name) or ".".join(map(_plain, (name.split()[0], name.split()[-1])))
    return f"{local}@{domain}"


def draw_names(culture: str, *, random: Generator, domain: str) -> Iterator[tuple[str, str]]:
    """Yield every (name, address) that a culture's pool can make, in a random order."""
    given, family = (_read(pool) for pool in POOLS[culture])
    for index in random.permutation(len(given) * len(family)).tolist():
        (first, first_latin), (last, last_latin) = (
            given[index % len(given)],
            family[index // len(given)],
        )
        # Two scripts in one name would be nobody's.
        if first.isascii() != last.isascii() and not (_is_latin(first) and _is_latin(last)):
            continue
        name = f"{last} {first}" if culture in FAMILY_FIRST else f"{first} {last}"
        yield name, f"{first_latin}.{last_latin}@{domain}"


def _read(pool: str) -> list[tuple[str, str]]:
    entries = (entry.partition("=") for entry in pool.split())
    return [(native, latin or _plain(native)) for native, _, latin in entries]


def _is_latin(text: str) -> bool:
    return "LATIN" in unicodedata.name(text[0])


def _plain(text: str) -> str:
    """Return the plain Latin letters and hyphens of a text, in lower case."""
    apart = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return "".join(c for c in apart.casefold() if c.isascii() and (c.isalnum() or c == "-"))
