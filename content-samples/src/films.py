"""The five short films: scenes, words, sounds. Spoken lines are written in pinyin with tones:
espeak-ng 1.51 spells Chinese characters out letter by letter."""
from art import *
from film import Film

GOLD = "#FFD86B"


def ground(top, bot, ray=None, c0=(960, 540)):
    def f(c):
        c.add(rect(0, 0, c.w, c.h, c.grad([(0, top), (1, bot)], 0, 0, .3, 1)))
        if ray:
            c.add(rays(*c0, 1900, 28, ray, .05))
    return f


def one(frag):
    return lambda c: c.add(frag)


def line(x, y, s, size, fill="#fff", anchor="start", **k):
    return lambda c: c.text(x, y, s, size, fill, anchor, **k)


def tbox(x, y, s, size, anchor="start", pad=.35):
    w = width(s, size)
    left = x if anchor == "start" else x - w / 2
    p = size * pad
    return (left - p, y - size - p * .5, w + 2 * p, size * 1.3 + p)


def add_line(s, x, y, txt, size, fill="#fff", anchor="start", at=0, how="fade", until=None, **k):
    return s.layer(tbox(x, y, txt, size, anchor), line(x, y, txt, size, fill, anchor, **k), at, how, until)


def say(s, side, x, y, lines, size, at, fill=None, fg=None, how="pop", until=None, pad=36):
    """A speech bubble with its text; x is its left edge, or its right edge for side = right."""
    w = max(width(t, size) for t in lines) + 2 * pad
    h = len(lines) * size * 1.28 + pad * 1.3
    left = x if side == "left" else x - w
    fill = fill or ("#FFFFFF" if side == "left" else "#9BE37A")

    def draw(c):
        c.add(bubble(left, y, w, h, fill, side, 30, 26))
        for i, t in enumerate(lines):
            c.text(left + pad, y + pad * .55 + size * .98 + i * size * 1.28, t, size, fg or "#1C2638")
    return s.layer((left - 34, y - 8, w + 68, h + 16), draw, at, how, until, .4)


def end_card(f, secs, headline, top="#0A2C78", bot="#1566D6", size=112):
    W, H = f.w, f.h
    if W > H:
        s = f.scene(secs, ground(top, bot, "#fff", (1440, 500)))
        s.layer((1180, 190, 560, 640), one(shield(1220, 220, 2.35, "#2C7BEA", "#1553B8", GOLD, "check")), .1, "pop", dur=.55)
        add_line(s, 130, 330, headline, size, "#fff", at=.1, how="up", heavy=.02)
        s.layer((100, 390, 1040, 360), line(120, 700, "96110", 330, GOLD, heavy=.025, outline="#06215A", ow=10), .5, "stamp", dur=.3)
        add_line(s, 132, 874, "反诈专线  来电请接听", 92, "#fff", at=.8)
    else:
        s = f.scene(secs, ground(top, bot, "#fff", (540, 700)))
        add_line(s, 540, 260, headline, size, "#fff", "middle", at=.1, how="up", heavy=.02)
        s.layer((230, 400, 620, 720), one(shield(295, 430, 2.45, "#2C7BEA", "#1553B8", GOLD, "check")), .1, "pop", dur=.55)
        s.layer((40, 1130, 1000, 350), line(540, 1430, "96110", 318, GOLD, "middle", heavy=.025, outline="#06215A", ow=10), .5, "stamp", dur=.3)
        add_line(s, 540, 1640, "反诈专线", 120, "#fff", "middle", at=.8)
    return s


def points(s, x, y, step, items, size, t0, dt, badge=cross_badge, bfill="#E5322D", fill="#fff"):
    r = size * .52
    for i, t in enumerate(items):
        yy = y + i * step

        def draw(c, yy=yy, t=t):
            c.add(badge(x + r, yy - size * .36, r, bfill))
            c.text(x + 2 * r + size * .4, yy, t, size, fill, heavy=.01)
        s.layer((x - 10, yy - size * 1.05, width(t, size) + size * 1.9, size * 1.45), draw, t0 + i * dt, "left" if badge is None else "up", dur=.4)


# ---- 1: the refund ------------------------------------------------------------------------
def refund():
    f = Film("refund", fps=25)
    s = f.scene(4.0, ground("#0E3D91", "#1E6FD9", "#fff", (1400, 620)))
    s.layer((1060, 240, 740, 840), one(g(1090, 210, 3.35, headset())), .1, "right", dur=.6)
    add_line(s, 120, 420, "“客服”找上门", 144, "#fff", at=.3, how="up", heavy=.025)
    add_line(s, 120, 630, "主动退款？", 176, GOLD, at=.9, how="up", heavy=.03, shadow="#06215A")
    s.layer((110, 720, 620, 240), one(g(130, 740, 1.0, gift(0, 0, 1, "#C98D4B", "#E8C48A")) + coin(460, 850, 76) + coin(590, 880, 56)), 1.3, "up")

    s = f.scene(9.6, lambda c: (ground("#DCE7F5", "#BFD2EA")(c), c.add(rect(700, 40, 1160, 1000, "#EDF2F8", 44), rect(700, 40, 1160, 130, "#2B65B8", 44), rect(700, 120, 1160, 50, "#2B65B8"))))
    s.layer((20, 280, 660, 800), one(g(50, 310, 3.0, headset())), 0, "cut", 5.6, 0, ("0", "6*sin(t*3)"))
    s.layer((20, 280, 660, 800), one(g(50, 310, 3.0, crook("#2A3350") + path("M42,92 C38,-14 162,-14 158,92", stroke="#0F1830", sw=9))), 5.6, "fade", None, .6, ("0", "6*sin(t*3)"))
    add_line(s, 1280, 134, "在线客服", 72, "#fff", "middle")
    say(s, "left", 770, 198, ["您的快递丢了，", "我们三倍赔您。"], 96, .7)
    say(s, "right", 1790, 514, ["怎么赔？"], 96, 3.6)
    say(s, "left", 770, 712, ["下载会议软件，", "打开屏幕共享。"], 96, 5.2, "#FFE3E0", "#B1141C")

    s = f.scene(5.0, ground("#1B1140", "#3A1E7A", "#fff", (560, 540)))
    s.layer((300, 60, 560, 980), lambda c: (c.add(phone(340, 80, 480, 920, "#F4F1FF"), rect(366, 200, 428, 230, "#2B6CC4", 26), card(580, 314, 300, "#194E9A")), c.text(580, 560, "余额", 78, "#4A4F63", "middle")), 0, "cut", None, 0)
    s.layer((370, 600, 420, 150), line(580, 712, "20000", 110, "#0B8A4B", "middle"), 0, "cut", 1.9, 0)
    s.layer((370, 600, 420, 150), line(580, 712, "0", 120, "#D01F26", "middle"), 1.9, "stamp", None, .3)
    for k in range(6):
        t0 = 1.0 + k * .22
        s.layer((540, 640 + 20 * (k % 3), 160, 160), one(coin(620, 720 + 20 * (k % 3), 62)), t0, "cut", t0 + 1.0, 0, (f"900*(t-{t0})", f"-300*sin(3.14*clip(t-{t0},0,1))+120*(t-{t0})"))
    s.layer((1180, 240, 640, 840), one(g(1200, 220, 3.3, crook())), .2, "right", dur=.5)
    add_line(s, 1400, 190, "钱被转走", 130, GOLD, "middle", at=2.1, how="stamp", heavy=.02)

    s = f.scene(7.0, ground("#7E0F18", "#C4242B", "#fff", (1560, 500)))
    s.layer((1330, 260, 480, 480), one(warn(1350, 280, 2.2)), .1, "pop", dur=.5)
    add_line(s, 130, 260, "三个破绽", 160, GOLD, at=.2, how="up", heavy=.03, shadow="#4A060C")
    points(s, 136, 480, 200, ["主动来电退款", "跳出官方平台", "要求共享屏幕"], 118, .9, 1.1, cross_badge, "#3C070C")

    end_card(f, 5.9, "退款只走原平台")
    f.cues = [("pop", f.start(1) + .7), ("pop", f.start(1) + 3.6), ("low", f.start(1) + 5.2), ("coin", f.start(2) + 1.0), ("coin", f.start(2) + 1.4), ("hit", f.start(2) + 2.0),
              ("ding", f.start(3) + .9), ("ding", f.start(3) + 2.0), ("ding", f.start(3) + 3.1), ("bell", f.start(4) + .5)]
    f.voice = [("ke4fu2 zhu3dong4 lai2dian4 tui4kuan3, yao4 dang1xin1.", .5), ("tui4kuan3 zhi3 zou3 yuan2 ping2tai2. jie1dao4 jiu3 liu4 yao1 yao1 ling2, qing3 jie1ting1.", f.start(4) + .1)]
    f.key, f.mood = 0, "calm"
    return f


# ---- 2: the police video call -------------------------------------------------------------
def police():
    f = Film("police", fps=25)
    s = f.scene(4.0, ground("#0B1F45", "#16386F", "#fff", (1370, 540)))
    s.layer((1090, 50, 740, 1000), one(waves(1560, 540, 90, 3, 52, GOLD, 14, -40, 40) + phone(1130, 70, 460, 940, "#122A52") + circ(1360, 330, 120, "#2B65B8") + g(1260, 216, 1.0, uniform())
            + circ(1260, 840, 62, "#E5322D") + circ(1460, 840, 62, "#18B26B") + handset(1260, 848, .44, "#fff", rot=97) + handset(1460, 848, .44, "#fff", rot=-38)), 0, "cut", None, 0, ("10*sin(t*40)*gt(sin(t*4),0.2)", "0"))
    add_line(s, 130, 440, "“公安局”", 190, "#fff", at=.2, how="up", heavy=.025)
    add_line(s, 130, 680, "视频来电", 190, GOLD, at=.6, how="up", heavy=.025, shadow="#050D20")

    s = f.scene(8.2, lambda c: (c.add(rect(0, 0, 1920, 1080, "#0A1020"), rect(60, 50, 1800, 980, "#9DBDE8", 40)), c.add(rect(60, 780, 1800, 250, "#7EA2D4", 40), rect(60, 780, 1800, 60, "#7EA2D4"))))
    s.layer((480, 120, 960, 904), one(g(590, 70, 3.7, uniform(mouth="flat"))), 0, "cut", None, 0, ("0", "-6*abs(sin(t*3))"))
    s.layer((1450, 90, 360, 360), one(rect(1470, 100, 320, 320, "#F4F8FF", 26) + g(1520, 150, 1.04, man("#5B7A5A", look="worry", mouth="sad"))), .3, "fade")
    for a, b, t, col in ((.5, 2.7, "你涉嫌洗钱！", "#fff"), (2.7, 5.1, "不许告诉家人！", "#fff"), (5.1, 8.2, "把钱转到“安全账户”", GOLD)):
        s.layer((60, 850, 1800, 180), lambda c, t=t, col=col: (c.add(rect(60, 850, 1800, 180, "#0A1020", 40, opacity=.88)), c.text(960, 976, t, 110, col, "middle", heavy=.015)), a, "fade", b if b < 8 else None, .2)

    s = f.scene(4.6, lambda c: (ground("#3A0F18", "#6B1622", "#fff", (600, 540))(c), c.add(rect(0, 930, 1920, 150, "#2A0A11"))))
    s.layer((200, 140, 820, 800), one(g(230, 130, 3.1, crook("#22252E"))), 0, "cut", None, 0, ("0", "6*sin(t*5)"))
    s.layer((0, 0, 1100, 1080), one(rect(0, 0, 1100, 1080, "#9DBDE8") + g(230, 140, 3.1, uniform()) + rect(0, 930, 1100, 150, "#6C93C8") + "".join(rect(x, 0, 22, 1080, "#7EA2D4", opacity=.5) for x in range(0, 1100, 110)) + rect(1078, 0, 22, 1080, "#5D82B8")), 0, "cut", None, 0, ("-1200*pow(clip((t-0.7)/0.9,0,1),2)", "0"))
    add_line(s, 1150, 470, "拉开布景", 158, "#fff", at=.9, how="up", heavy=.02)
    add_line(s, 1150, 690, "全是演的", 158, GOLD, at=1.6, how="stamp", heavy=.025, shadow="#2A0A11")

    s = f.scene(6.8, ground("#0A2C78", "#1450B4", "#fff", (1560, 500)))
    s.layer((1380, 300, 460, 560), one(shield(1400, 320, 2.0, "#2C7BEA", "#1553B8", GOLD, "!")), .1, "pop", dur=.5)
    add_line(s, 130, 260, "真警察", 160, GOLD, at=.2, how="up", heavy=.03, shadow="#06215A")
    points(s, 136, 480, 200, ["不会视频办案", "不会网上发逮捕证", "没有“安全账户”"], 116, .8, 1.0)

    end_card(f, 6.0, "挂断  拨110核实")
    f.cues = [("ring", .2), ("ring", 1.7), ("low", f.start(1) + .5), ("low", f.start(1) + 2.7), ("low", f.start(1) + 5.1), ("swish", f.start(2) + .7), ("hit", f.start(2) + 1.6),
              ("ding", f.start(3) + .8), ("ding", f.start(3) + 1.8), ("ding", f.start(3) + 2.8), ("bell", f.start(4) + .5)]
    f.voice = [("gong1 jian3 fa3, mei2you3 an1quan2 zhang4hu4.", f.start(3) + .9), ("na2 bu4 zhun3, gua4duan4, bo1 yao1 yao1 ling2 he2shi2.", f.start(4) + .4)]
    f.key, f.mood = -3, "dark"
    return f


# ---- 3: fake orders -----------------------------------------------------------------------
def shuadan():
    f = Film("shuadan", fps=30)
    s = f.scene(4.0, ground("#B3121D", "#E4572E", "#fff", (1380, 600)))
    s.layer((1040, 260, 760, 820), one(g(1070, 240, 3.2, youth("#2F6FB5", look="smile", mouth="open"))), .1, "right", dur=.6)
    add_line(s, 120, 440, "手机兼职", 190, "#fff", at=.2, how="up", heavy=.025)
    add_line(s, 120, 680, "日入五百？", 190, GOLD, at=.7, how="up", heavy=.03, shadow="#6E0610")

    def bgd(c):
        ground("#FFF6E6", "#FFE1B0")(c)
        c.add(rect(0, 960, 1920, 120, "#E8A64B"))
    s = f.scene(9.2, bgd)
    for k, (a, b, look, mouth) in enumerate(((0, 6.3, "smile", "open"), (6.3, 9.2, "shock", "o"))):
        s.layer((40, 340, 520, 640), one(g(60, 330, 2.42, youth("#2F6FB5", look=look, mouth=mouth))), a, "cut", None if b > 9 else b, 0, ("0", "8*abs(sin(t*4))" if k == 0 else "0"))
    for k, (x, top, col, t0, l1, l2) in enumerate(((600, 700, "#F2A33A", .5, "垫10元", "返15元"), (1010, 500, "#E8742C", 2.8, "垫500元", "返650元"), (1430, 240, "#C4241F", 5.2, "垫5万元", None))):
        def draw(c, x=x, top=top, col=col, l1=l1, l2=l2):
            c.add(rect(x, top, 380, 960 - top, col, 24), rect(x, 920, 380, 40, col))
            c.text(x + 190, top + 112, l1, 86, "#fff", "middle", heavy=.015)
            if l2:
                c.text(x + 190, top + 222, l2, 86, "#FFF3C4", "middle", heavy=.015)
        s.layer((x, top, 380, 960 - top), draw, t0, "up", dur=.45)
        if l2:
            s.layer((x + 90, top - 150, 200, 140), one(coin(x + 190, top - 70, 60)), t0 + .7, "down", dur=.4)
    s.layer((1370, 520, 500, 240), lambda c: (c.add(g(1620, 640, 1, rect(-206, -85, 412, 170, "#fff", 20, "#C4241F", 12))), c.text(1620, 674, "提现失败", 90, "#C4241F", "middle", heavy=.02)), 6.6, "stamp", dur=.3)

    s = f.scene(4.6, ground("#2A1016", "#5E1420", "#fff", (1400, 540)))
    s.layer((1120, 250, 700, 830), one(g(1150, 240, 3.2, crook())), .1, "fade")
    s.layer((800, 0, 420, 560), one(path("M1100,0 L1100,190", stroke="#E8ECF2", sw=6) + hook(1100, 190, 1.15) + banknote(1000, 440, 300, 140, "#1E9E63", "#8BE0B4", rot=-12)), .2, "down", None, .6, ("0", "14*sin(t*2)"))
    add_line(s, 120, 620, "先给甜头", 170, "#fff", at=.3, how="up", heavy=.025)
    add_line(s, 120, 850, "再一口吞掉", 170, GOLD, at=1.1, how="up", heavy=.03, shadow="#14060A")

    s = f.scene(5.0, ground("#B3121D", "#D9232B", "#fff", (960, 500)))
    s.layer((760, 60, 400, 400), one(cross_badge(960, 260, 160, "#3C070C")), .1, "stamp", dur=.3)
    add_line(s, 960, 660, "刷单就是诈骗", 200, GOLD, "middle", at=.3, how="stamp", heavy=.03, shadow="#5A060E")
    add_line(s, 960, 870, "要你垫钱，马上停手", 116, "#fff", "middle", at=1.2, how="up", heavy=.015)

    end_card(f, 5.2, "一单都别做", "#7E0F18", "#C4242B", 150)
    f.cues = [("pop", .7), ("coin", f.start(1) + 1.2), ("coin", f.start(1) + 3.5), ("coin", f.start(1) + 3.7), ("low", f.start(1) + 5.2), ("hit", f.start(1) + 6.6),
              ("swish", f.start(2) + .2), ("hit", f.start(3) + .3), ("bell", f.start(4) + .5)]
    f.voice = [("shua1dan1 jiu4shi4 zha4pian4.", f.start(3) + .6), ("yi4 dan1 dou1 bie2 zuo4.", f.start(4) + .6)]
    f.key, f.mood = 2, "bright"
    return f


# ---- 4: grandmother and the wonder drug, portrait, silent -----------------------------------
def health():
    f = Film("health", 1080, 1920, 25)
    s = f.scene(4.2, ground("#FFF3D6", "#FFC978", "#F08A1D", (540, 1150)))
    s.layer((0, 0, 1080, 640), lambda c: (c.add(rect(0, 0, 1080, 610, "#C4241F")), c.text(540, 300, "免费领鸡蛋", 180, "#fff", "middle", heavy=.025), c.text(540, 510, "真有这好事？", 144, GOLD, "middle", heavy=.02)), 0, "cut", None, 0)
    s.layer((120, 780, 840, 1140), one(g(140, 830, 4.0, granny(look="smile", mouth="open"))), .1, "up", dur=.6)
    s.layer((380, 1560, 640, 360), one(eggs(420, 1590, 2.3)), .7, "up", dur=.5)

    def hall(c):
        ground("#8E2A1E", "#5E1512")(c)
        c.add(rect(60, 120, 960, 1080, "#FFF3D6", 30), rect(60, 120, 960, 20, "#E2B04A"), rect(0, 1500, 1080, 420, "#3E0D0B"))
    s = f.scene(7.4, hall)
    s.layer((90, 470, 640, 760), one(g(90, 450, 2.9, man("#2B3552", look="open", mouth="open", tie="#C4241F"))), 0, "cut", None, 0, ("0", "8*sin(t*5)"))
    s.layer((40, 1176, 1000, 52), one(rect(50, 1180, 980, 44, "#E2B04A", 8)), 0, "cut", None, 0)
    s.layer((690, 620, 330, 560), one(pill_bottle(720, 660, 2.3)), .5, "right", dur=.5)
    s.layer((110, 170, 860, 200), lambda c: (c.add(rect(130, 180, 820, 180, "#fff", 30)), c.text(540, 310, "祖传神药", 122, "#8E1512", "middle")), .6, "fade", 2.9)
    s.layer((110, 170, 860, 200), lambda c: (c.add(rect(130, 180, 820, 180, "#fff", 30)), c.text(540, 310, "包治百病", 122, "#C4241F", "middle")), 2.9, "fade", None)
    s.layer((180, 1010, 800, 230), lambda c: (c.add(rect(210, 1030, 720, 190, "#FFD35A", 30, "#C4241F", 10)), c.text(570, 1168, "9800元一盒", 118, "#C4241F", "middle", heavy=.02)), 4.3, "stamp", dur=.3)
    for i, (x, fr) in enumerate(((30, granny("#A8486B", "open", "smile")), (380, grandpa("#3E7A6B")), (730, granny("#5B6AA8", "open", "open")))):
        s.layer((x - 10, 1400, 360, 520), one(g(x, 1450, 1.65, fr)), 0, "cut", None, 0, ("0", f"10*sin(t*3+{i})"))

    s = f.scene(4.6, ground("#2B3348", "#161B29", "#fff", (540, 1100)))
    add_line(s, 540, 330, "药不治病", 180, "#fff", "middle", at=.1, how="up", heavy=.025)
    add_line(s, 540, 570, "钱追不回", 180, "#FF7A6B", "middle", at=.8, how="up", heavy=.025)
    s.layer((120, 830, 840, 1090), one(g(140, 880, 4.0, granny(look="worry", mouth="sad"))), 0, "fade")
    for k in range(4):
        s.layer((440, 630, 200, 200), one(banknote(540, 730, 170, 84, rot=20 - 14 * k)), .9 + k * .6, "cut", None, 0, (f"{480 if k % 2 else -480}*max(0,t-{.9 + k * .6})", f"30*sin(t*4+{k})"))

    s = f.scene(5.8, ground("#0B5B4A", "#0A7F66", "#fff", (540, 900)))
    add_line(s, 540, 300, "记住三句话", 160, GOLD, "middle", at=.1, how="up", heavy=.025)
    points(s, 130, 620, 260, ["有病去医院", "花钱问儿女", "礼品不贪心"], 132, .6, .9, tick_badge, "#F2A91E")
    s.layer((100, 1260, 900, 660), one(g(120, 1290, 2.42, grandpa(look="smile")) + g(510, 1300, 2.38, granny(look="smile", mouth="open"))), .3, "up", dur=.6)

    end_card(f, 4.8, "拿不准 打这里", size=134)
    f.cues, f.voice, f.mood = [], [], None
    return f


# ---- 5: love and money --------------------------------------------------------------------
def dating():
    f = Film("dating", fps=25)
    s = f.scene(4.2, ground("#4A0D3A", "#B31F55", "#fff", (1420, 520)))
    for i, (x, y, z) in enumerate(((1010, 700, .7), (1700, 760, .9), (1760, 330, .6), (1080, 300, .5))):
        s.layer((x - 110, y - 30, 220, 190), one(heart(x, y, z, "#FF8FAE")), 0, "cut", None, 0, ("0", f"-50*t+16*sin(t*3+{i})"))
    s.layer((1100, 90, 620, 910), one(phone(1160, 100, 480, 860, "#FFF1F5") + heart(1400, 640, 1.5, "#E8476F") + circ(1400, 400, 150, "#FFD9E3") + g(1262, 268, 1.38, man("#2C3A5A", look="smile"))), .1, "up", dur=.6)
    add_line(s, 120, 450, "网上的“恋人”", 156, "#fff", at=.3, how="up", heavy=.025)
    add_line(s, 120, 660, "靠谱吗？", 176, GOLD, at=.9, how="up", heavy=.03, shadow="#2D0722")

    s = f.scene(8.4, lambda c: (ground("#FFE6EE", "#FFC9DA")(c), c.add(rect(700, 40, 1160, 1000, "#FFF5F8", 44), rect(700, 40, 1160, 130, "#D93A68", 44), rect(700, 120, 1160, 50, "#D93A68"))))
    s.layer((30, 330, 640, 750), one(g(60, 350, 2.9, woman("#E8A13A", look="smile", mouth="smile"))), 0, "cut", None, 0, ("0", "5*sin(t*3)"))
    add_line(s, 1280, 134, "亲爱的", 76, "#fff", "middle")
    say(s, "left", 770, 206, ["早安，想你了。"], 100, .6)
    say(s, "right", 1790, 410, ["我也是。"], 100, 2.4)
    say(s, "left", 770, 650, ["我有内幕消息，", "跟着我投稳赚。"], 100, 4.0, "#FFE08A", "#7A1010")

    s = f.scene(6.4, ground("#101B33", "#1D3157", "#fff", (1380, 560)))
    s.layer((1010, 60, 760, 960), one(phone(1090, 70, 600, 930, "#0D1424") + rect(1130, 520, 520, 380, "#17223A", 24)), 0, "cut", None, 0)
    s.layer((1150, 540, 480, 340), one(path("M1170,840 L1250,780 L1310,800 L1400,690 L1470,720 L1590,570", stroke="#FF4D4D", sw=14)), .2, "fade", 4.0, .8)
    s.layer((1150, 540, 480, 340), one(chart(1165, 560, 450, 300)), 4.0, "fade", None, .2)
    s.layer((1140, 180, 500, 150), line(1390, 290, "盈利3万", 108, "#FF5A52", "middle"), .4, "fade", 2.0)
    s.layer((1140, 180, 500, 150), line(1390, 290, "盈利30万", 108, "#FF5A52", "middle"), 2.0, "fade", 4.0)
    s.layer((1120, 330, 540, 190), lambda c: (c.add(rect(1140, 346, 500, 160, "#FFD86B", 22, "#E5322D", 10)), c.text(1390, 462, "无法提现", 104, "#B1141C", "middle", heavy=.02)), 4.0, "stamp", None, .3)
    for a, b, lk, mo in ((0, 4.0, "smile", "open"), (4.0, 6.4, "shock", "o")):
        s.layer((150, 300, 720, 780), one(g(190, 290, 3.1, woman("#E8A13A", look=lk, mouth=mo))), a, "cut", None if b > 6 else b, 0, ("0", "6*sin(t*4)"))

    s = f.scene(5.8, ground("#33112E", "#6B1540", "#fff", (500, 540)))
    s.layer((120, 240, 760, 840), one(g(160, 230, 3.3, crook())), .0, "cut", None, 0, ("0", "5*sin(t*4)"))
    s.layer((120, 160, 760, 920), one(rect(200, 170, 600, 760, "#FFF1F5", 40) + g(190, 300, 3.1, man("#2C3A5A", look="smile"))), 0, "cut", 3.2, 0, ("0", "1300*pow(clip((t-0.8)/0.9,0,1),2)"))
    points(s, 960, 400, 220, ["照片是偷的", "平台是假的", "只有钱是真的"], 118, .8, 1.0, cross_badge, "#E5322D")

    end_card(f, 5.5, "没见面，不谈钱", "#4A0D3A", "#A81D52", 128)
    f.cues = [("pop", .5), ("pop", f.start(1) + .6), ("pop", f.start(1) + 2.4), ("low", f.start(1) + 4.0), ("coin", f.start(2) + .4), ("coin", f.start(2) + 2.0), ("hit", f.start(2) + 4.0),
              ("swish", f.start(3) + .8), ("ding", f.start(3) + 1.8), ("ding", f.start(3) + 2.8), ("bell", f.start(4) + .5)]
    f.voice = [("mei2 jian4mian4, bu4 tan2 qian2.", f.start(4) + .5)]
    f.key, f.mood = 5, "calm"
    return f


FILMS = {  # id: (file, maker, encoder)
    "video-refund": ("videos/refund.mp4", refund, "mp4"),
    "video-fake-police": ("videos/fake-police.webm", police, "webm"),
    "video-shuadan": ("videos/shuadan.mp4", shuadan, "mp4"),
    "video-health": ("videos/health-portrait.mp4", health, "mp4-silent"),
    "video-dating": ("videos/dating.mov", dating, "mov"),
}
