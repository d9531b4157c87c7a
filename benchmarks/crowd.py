"""Invented people in any number, put straight into a store: what the benchmarks of search and scrolling stand on.

Names follow the weights of common surnames and given-name characters, ids carry valid check digits
behind the unassigned area 610100. The rows go in by SQL, without a change log: what is measured is
reading, and the index is filled by the program's own code.
"""

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from desktop.domain.clock import SystemClock  # noqa: E402
from desktop.domain.id_numbers import check_digit  # noqa: E402
from desktop.domain.ids import SeededIds, new_id, new_short_code  # noqa: E402
from desktop.security.key_file import KdfCost  # noqa: E402
from desktop.services.access import NewStore, create_store, end_with_the_job, open_store  # noqa: E402
from desktop.services.station import Station  # noqa: E402
from desktop.store import search  # noqa: E402

PASSWORD = "benchmark-2026"
CHEAP = KdfCost(memory_kib=64, passes=1, lanes=1)
CHUNK = 20_000
_COMMON = {
    "王": 72, "李": 71, "张": 67, "刘": 53, "陈": 45, "杨": 31, "赵": 22, "黄": 22, "周": 21, "吴": 20, "徐": 16,
    "孙": 15, "马": 13, "朱": 12, "胡": 12, "郭": 11, "何": 11, "高": 10, "林": 10, "罗": 9,
}  # fmt: skip
_SURNAMES = (
    "".join(surname * weight for surname, weight in _COMMON.items())
    + "郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
    + "闫段雷侯龙史陶黎贺单仇查解朴区盖缪覃翟种折员贠"
)
_GIVEN = (
    "国华建军秀英桂兰玉珍淑芬志强文明春梅永福长安德胜庆丰爱民卫东红霞惠兰宝林新民伟芳娜敏静丽强磊洋艳勇杰娟涛超霞平刚桂英生荣成"
    "康光天达永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬"
    "震振壮会思群豪心邦承乐绍功松善厚庆磊民友裕河哲江超浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎"
    "德行时泰盛"
)
_TWO = ("欧阳", "司马", "上官", "诸葛", "尉迟", "万俟", "皇甫", "令狐")
_TOWNS = (
    "上林", "三桥", "建章路", "王寺", "斗门", "马王", "高桥", "大王", "钓台", "渭城",
    "窑店", "正阳", "周陵", "底张", "北杜", "太平", "泾干", "永乐", "高庄", "崇文",
)  # fmt: skip
_TRADES = (
    "轴承", "机床", "电子", "仪表", "纺织", "铁路", "钢铁", "化工", "制药", "电缆",
    "开关", "变压器", "造纸", "水泥", "橡胶", "印染", "锅炉", "标准件", "阀门", "电机",
)  # fmt: skip
_HEADS = (
    "秦川", "西北", "长岭", "红旗", "东风", "华山", "渭河", "陕汽", "庆安", "黄河",
    "昆仑", "惠安", "远东", "宝成", "长青", "凌云", "烽火", "群力", "宏星", "汉江",
)  # fmt: skip


def invented(chance: random.Random, number: int) -> dict[str, Any]:
    """Return the fields of one invented person."""
    surname = chance.choice(_TWO) if chance.random() < 0.004 else chance.choice(_SURNAMES)
    name = surname + "".join(chance.choice(_GIVEN) for _ in range(1 if chance.random() < 0.3 else 2))
    born = f"{chance.randrange(1928, 1976)}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
    body = f"610100{born}{chance.randrange(1000):03d}"
    town, road = chance.choice(_TOWNS), chance.choice(_GIVEN) + chance.choice(_GIVEN)
    building, unit, room = (
        chance.randrange(1, 40),
        chance.randrange(1, 5),
        chance.randrange(1, 33) * 100 + chance.randrange(1, 5),
    )
    return {
        "person_no": f"S0001-{number:07d}", "name": name, "sex": "1" if int(body[-1]) % 2 else "2",
        "id_no": body + check_digit(body), "birth_id": f"{born[:4]}-{born[4:6]}-{born[6:]}",
        "ent_name": chance.choice(_HEADS) + chance.choice(_TRADES) + chance.choice(("厂", "有限责任公司", "集团公司")),
        "live_addr": f"西咸新区{town}街道{road}路{chance.randrange(1, 200)}号{building}号楼{unit}单元{room}室",
        "hukou_addr": f"陕西省西安市{town}街道{road}路", "home_org": f"610100001{chance.randrange(1, 51):03d}",
        "retire_date": f"{int(born[:4]) + 60}-{born[4:6]}", "manage_state": "1", "alive_state": "1",
        "political": "01" if chance.random() < 0.28 else "13",
    }  # fmt: skip


def crowd(folder: Path, people: int) -> Station:
    """Return a store of so many people, made now unless the folder has it already."""
    place = folder / f"crowd-{people}"
    if not (place / "done").exists():
        subprocess.run([sys.executable, __file__, str(place), str(people)], check=True)
    return open_store(place, password=PASSWORD, clock=SystemClock(), ids=SeededIds(1))


def _make(place: Path, people: int) -> None:
    """Make a store, in a process of its own that ends with it (decision 0002: four times faster)."""
    end_with_the_job()
    began = time.perf_counter()
    draft = NewStore("street", "610100001", "上林街道", "u")
    station = create_store(place, draft=draft, password=PASSWORD, clock=SystemClock(), ids=SeededIds(1), cost=CHEAP)
    chance, ids = random.Random(people), SeededIds(people)
    for start in range(1, people + 1, CHUNK):
        _put(station, chance, ids, range(start, min(start + CHUNK, people + 1)))
    station.vault.checkpoint()
    station.close()
    seconds = time.perf_counter() - began
    (place / "done").write_text(f"{seconds:.0f}")
    print(f"{people} people made and indexed in {seconds:.0f} s, {time.process_time():.0f} s of processor time")


def _put(station: Station, chance: random.Random, ids: SeededIds, numbers: range) -> None:
    rows, phones, cards, formers, olds, states = [], [], [], [], [], ("1:1", "*=1:1", 0)
    for number in numbers:
        person, values = new_id(ids), invented(chance, number)
        rows.append((person, *values.values(), *states))
        phones.append((new_id(ids), person, f"199{chance.randrange(100_000_000):08d}", "本人", *states))
        if number % 20 == 0:
            formers.append((new_id(ids), person, chance.choice(_SURNAMES) + chance.choice(_GIVEN), "1", *states))
            olds.append((new_id(ids), person, values["id_no"][:6] + values["id_no"][8:17], *states))
        if number % 10 == 0:
            cards.append((new_id(ids), person, new_short_code(ids), "1", *states))
    keys = ("id", *invented(random.Random(1), 1))
    with station.vault.jotting() as connection:
        for kind, columns, found in (
            ("person", keys, rows), ("phone", ("id", "person", "number", "owner"), phones),
            ("card", ("id", "person", "card_no", "state"), cards),
            ("former_name", ("id", "person", "name", "kind"), formers), ("old_id", ("id", "person", "number"), olds),
        ):  # fmt: skip
            names = (*columns, "vector", "dots", "deleted")
            sql = f"INSERT INTO {kind} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            if found:
                connection.exec_driver_sql(sql, found)
        search.index_people(connection, [row[0] for row in rows])


if __name__ == "__main__":
    _make(Path(sys.argv[1]), int(sys.argv[2]))
