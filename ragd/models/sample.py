"""Texts of several languages, kinds and lengths, on which a copy of an embedding model is judged."""

SENTENCES = (
    "The kettle in the small kitchen has been leaking since Tuesday, and the plumber cannot come before the weekend.",
    "Your policy covers theft of a bicycle up to 750 euros, provided that it was locked with an approved lock.",
    "Heat transfer in the laminar boundary layer of a blunt body at hypersonic speed depends on the wall temperature.",
    "Hi Kees, I moved our meeting to Thursday 14:30, room 2.07; could you bring the signed copies? Thanks, Dana",
    "def area(width: float, height: float) -> float:\n    return width * height  # square metres\n",
    "Invoice 2024-0117: 12 chairs at 49.90, 2 tables at 189.00, delivery 25.00, VAT 21 %, total 1,222.15.",
    "Mitochondria produce most of the chemical energy that a cell needs, which is stored in a molecule called ATP.",
    "She had always believed that the lighthouse was empty, until one night in March its lamp began to turn again.",
    "De huurder dient de woning bij het einde van de huurovereenkomst in goede staat en ontruimd op te leveren.",
    "Der Vertrag verlängert sich um ein Jahr, wenn er nicht drei Monate vor Ablauf schriftlich gekündigt wird.",
    "La réunion du conseil municipal aura lieu le mardi 5 novembre à dix-huit heures dans la salle des fêtes.",
    "El paciente debe tomar una pastilla cada ocho horas después de las comidas durante siete días seguidos.",
    "Il treno per Bologna parte dal binario quattro con un ritardo di circa quindici minuti per un guasto.",
    "Поезд из Москвы прибывает на третий путь в девять часов утра; просим встречающих пройти на платформу.",
    "会议改到星期四下午两点半,请把签好的合同带来。",
    "نرجو من السادة المسافرين التوجه إلى البوابة رقم سبعة قبل موعد الإقلاع بنصف ساعة.",
    "The theorem follows by induction on n: the case n = 1 is trivial, and the step uses the lemma of section 3.",
    "Boil the potatoes for twenty minutes, drain them, add butter, milk, salt and nutmeg, and mash until smooth.",
    "Error 0x80070005: access to the path is denied. Run the installer as administrator and try once more.",
    "The committee noted that rainfall in the north had been 40 % below the average of the last thirty years.",
)
SHORT = ("bicycle insurance", "who?", "passport number", "Rechnung Januar", "2024-03-02", "ok")


def texts_to_compare() -> list[str]:
    """Every length from two words to beyond what the model reads."""
    runs = [" ".join(SENTENCES[start : start + count]) for count in (2, 4, 7, 12) for start in range(0, 20, count)]
    return [*SHORT, *SENTENCES, *runs]


def texts_to_time() -> list[str]:
    """Texts as long as passages are."""
    return ["\n".join((SENTENCES * 2)[start : start + 3 + start % 6]) for start in range(20)]
