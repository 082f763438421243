"""Little stories, made up by rules and dice: what the model of this example is trained on, free of anybody's rights.

A story is a plot, told of a hero, a friend, a thing and a place that the dice choose; each sentence has several wordings. `python stories.py 5` prints five.
"""

import random
import sys

GIRLS = "Lily Anna Mia Rosa Emma Nora Ella Lucy Sara Zoe Ida Ruth Clara Amy Eva Tina Mary Jane Kate Molly Daisy Hana Leila Olga Nina Betty Grace Alma Vera June".split()
BOYS = "Tom Ben Max Sam Leo Finn Jack Tim Oscar Paul Hugo Noah Adam Felix Karl Omar Ravi Ken Ivan Peter Luke Mark Will Henry Jonas Theo Arthur Eli Bruno Dan".split()
ANIMALS = "fox bear rabbit mouse cat dog owl duck frog hedgehog squirrel pony goat lamb crow turtle deer beaver mole dragon".split()
SOUNDS = {"first": "B D F G K L M N P R S T V Z Br Tr Sh Fl".split(), "vowel": "a e i o u".split(), "middle": "b d l m n r s t v x ll nn mb".split(), "last": "a o i ie us el in or".split()}
COLOURS = "red blue green yellow white black golden silver brown purple".split()
TOYS = "ball kite hat drum doll boat bell ring key book scarf whistle lamp spoon button cup stone feather".split()
PLACES = "in a little house by the sea|at the edge of a dark forest|in a small village|on a farm|on top of a green hill|near a wide river|in a big old town|beside a quiet lake|in a warm valley|under a tall mountain".split("|")
SPOTS = "the old bridge|the garden|the barn|the bed|the big tree|the market|the pond|the stairs|the well|the mill|the table|the stone wall".split("|")
FOOD = "an apple|a loaf of bread|a piece of cheese|a pear|a warm cake|a pot of honey|a bag of nuts|a bowl of soup|a plum|a carrot".split("|")
WEATHER = "The sun was shining|It was a cold morning|It was a warm day|The wind was blowing|It was raining|Snow lay on the roofs|The birds were singing|The sky was grey".split("|")
TRAITS = "kind clever curious shy brave quiet cheerful small gentle lazy proud busy".split()
FEELINGS = "happy glad proud delighted".split()


class Person:
    """Somebody with a name: a child, or an animal."""

    def __init__(self, dice, taken=()):
        self.kind, self.girl = None, dice.random() < 0.5  # an animal's kind
        if dice.random() < 0.35:
            self.kind = dice.choice([each for each in ANIMALS if each not in {other.kind for other in taken}])
        while True:
            self.name = dice.choice(GIRLS if self.girl else BOYS)
            if dice.random() < 0.4:
                self.name = dice.choice(SOUNDS["first"]) + dice.choice(SOUNDS["vowel"]) + dice.choice(SOUNDS["middle"]) + dice.choice(SOUNDS["last"])
            if self.name not in {other.name for other in taken}:
                break
        self.he, self.him, self.his = ("she", "her", "her") if self.girl else ("he", "him", "his")
        self.what = self.kind or ("girl" if self.girl else "boy")

    @property
    def He(self):
        return self.he.capitalize()

    @property
    def full(self):
        return f"{self.name} the {self.kind}" if self.kind else self.name

    @property
    def His(self):
        return self.his.capitalize()


def a(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


def one(dice, *wordings):
    return dice.choice(wordings)


def opening(dice, hero):
    """Who the story is of, and where."""
    trait, place = dice.choice(TRAITS), dice.choice(PLACES)
    start = one(dice, "Once upon a time", "Once upon a time", "Long ago", "Once")
    return one(
        dice,
        f"{start} there was {a(trait)} {hero.what} named {hero.name}. {hero.He} lived {place}.",
        f"{start} {a(trait)} {hero.what} named {hero.name} lived {place}.",
        f"{hero.name} was {a(trait)} {hero.what} who lived {place}.",
        f"There was once {a(trait)} {hero.what}. {hero.His} name was {hero.name}, and {hero.he} lived {place}.",
    )


def meets(dice, hero, other):
    """How the hero comes upon somebody."""
    who = one(dice, f"{a(other.what)} named {other.name}", f"{a(other.what)} who was called {other.name}")
    return one(dice, f"On the way {hero.he} met {who}.", f"Then {who} came along.", f"Soon {hero.he} saw {who}.", f"There {hero.he} met {who}.")


def ending(dice, hero, other):
    feeling = dice.choice(FEELINGS)
    return one(
        dice,
        f"From that day on {hero.name} and {other.name} were the best of friends.",
        f"{hero.name} was {feeling}, and so was {other.name}.",
        f"That night {hero.name} went to bed and was {feeling}.",
        "And they lived happily ever after.",
        "They laughed and danced until the stars came out.",
        f"{hero.name} never forgot that day.",
    )


def lost(dice, hero, other):
    thing = f"{dice.choice(COLOURS)} {dice.choice(TOYS)}"
    first, second = dice.sample(SPOTS, 2)
    noun = thing.split()[1]
    return [
        one(dice, f"{hero.He} had {a(thing)} and loved it very much.", f"The thing {hero.he} loved most was {a(thing)}.", f"{hero.His} best thing was {a(thing)}."),
        one(dice, f"One day the {noun} was gone.", f"One day {hero.name} could not find the {noun}.", f"But one day {hero.he} lost the {noun}."),
        one(dice, f"{hero.He} looked behind {first}, but it was not there.", f"{hero.He} searched near {first}, but there was no {noun}."),
        one(dice, f"{hero.name} sat down and cried.", f"{hero.name} was very sad.", f'"Where is my {noun}?" said {hero.name}.'),
        meets(dice, hero, other),
        one(dice, f'"Why are you so sad?" asked {other.name}.', f'"What is the matter?" asked {other.name}.'),
        one(dice, f'"I have lost my {thing}," said {hero.name}.', f'"My {noun} is gone," said {hero.name}.'),
        one(dice, f'"I saw {a(noun)} near {second}," said {other.name}.', f'"Let us look near {second}," said {other.name}.'),
        one(dice, f"They ran there, and there was the {thing}!", f"They went to look, and there it was, the {thing}!"),
        one(dice, f'"Thank you!" said {hero.name}, and gave {other.name} a hug.', f'"You are a good friend," said {hero.name}.'),
    ]


def hungry(dice, hero, other):
    food = dice.choice(FOOD)
    noun = food.split()[-1]
    gift = f"{dice.choice(COLOURS)} {dice.choice(TOYS)}"
    return [
        one(dice, f"One day {hero.name} took {food} and went for a walk.", f"One morning {hero.he} was going to eat {food}."),
        dice.choice(WEATHER) + ".",
        meets(dice, hero, other),
        one(dice, f"{other.name} looked tired and hungry.", f'"I am so hungry," said {other.name}.', f'"I have had nothing to eat all day," said {other.name}.'),
        one(dice, f"{hero.name} thought about it for a moment.", f"{hero.name} was hungry too.", f"{hero.name} did not think for long."),
        one(dice, f'"You can have half of it," said {hero.name}.', f'"Let us share," said {hero.name}.'),
        one(dice, "So they sat down and ate together, and nothing ever tasted so good.", f"So they shared the {noun}, and it was enough for two."),
        one(dice, f'"You are very kind," said {other.name}, and gave {hero.him} {a(gift)}.', f"The next day {other.name} came back and brought {hero.him} {a(gift)}."),
    ]


def afraid(dice, hero, other):
    fear, action, safe = dice.choice([
        ("the dark", "go into the cave", "There was only a little light at the end, and it was the moon"),
        ("the water", "swim across the pond", "The water was warm, and it held them up"),
        ("high places", "climb the tall tree", "From the top they could see the whole world"),
        ("the thunder", "go out in the storm", "The thunder was only a loud noise, and the rain smelled sweet"),
        ("the forest", "walk through the forest", "There were only birds, and soft green moss"),
        ("the night", "stay outside until midnight", "There were a thousand stars, and they were beautiful"),
    ])
    return [
        one(dice, f"{hero.name} was afraid of {fear}.", f"There was one thing that {hero.he} did not like, and that was {fear}."),
        one(dice, f"One day {hero.his} friend {other.full} came to visit.", f"{hero.He} had a friend, {a(other.what)} named {other.name}."),
        one(dice, f'"Come with me," said {other.name}. "Let us {action}."', f'"Today we will {action}," said {other.name}.'),
        one(dice, f'"I cannot do that," said {hero.name}. "I am afraid."', f'"No, no," said {hero.name}. "I am too afraid."'),
        one(dice, f'"I will hold your hand," said {other.name}.', f'"I will be with you," said {other.name}.', f'"We will do it together," said {other.name}.'),
        one(dice, f"{hero.name} took a deep breath.", f"{hero.name} closed {hero.his} eyes and counted to three."),
        one(dice, "Then they went, step by step.", "Slowly, very slowly, they began."),
        f"{safe}.",
        one(dice, f'"I did it!" said {hero.name}.', f'"It is not so bad," said {hero.name}.', f"{hero.name} was not afraid any more."),
    ]


def builds(dice, hero, other):
    thing, part, test = dice.choice([("boat", "sail", "put it on the water"), ("kite", "tail", "let it fly"), ("house", "roo", "went inside"), ("cart", "wheel", "pulled it up the hill"),
                                     ("bridge", "rope", "walked across"), ("swing", "seat", "sat down on it"), ("sled", "front", "rode down the hill")])
    colour = dice.choice(COLOURS)
    return [
        one(dice, f"One day {hero.he} wanted to build {a(thing)}.", f"More than anything {hero.he} wanted {a(colour)} {thing}."),
        one(dice, f"{hero.He} worked all morning.", f"{hero.He} took some wood and some string.", f"{hero.He} worked and worked."),
        one(dice, f"But when {hero.he} {test}, the {part} broke.", f"Then {hero.he} {test}, and the {part} fell off."),
        one(dice, f'"I will never do it," said {hero.name}.', f'"Oh no!" cried {hero.name}.'),
        meets(dice, hero, other),
        one(dice, f'"Try again," said {other.name}. "I will help you."', f'"I know what to do," said {other.name}.'),
        one(dice, f"Together they made a new {part}, and this time it was strong.", f"They made the {part} again, and {other.name} held it fast."),
        one(dice, f"They painted the {thing} {colour}.", f"Soon the {thing} was finished, and it was {colour}."),
        one(dice, f"They {test}, and it was the best {thing} of all.", f"Then they {test}, and nothing broke."),
    ]


def plants(dice, hero, other):
    grew = dice.choice(["a sunflower", "an apple tree", "a pumpkin", "a rose", "a bean", "a cherry tree"])
    noun = grew.split(" ", 1)[1]
    return [
        one(dice, f"One day {hero.he} found a seed.", f"One spring {hero.his} friend {other.full} gave {hero.him} a seed."),
        one(dice, f"{hero.He} planted it near {dice.choice(SPOTS)}.", f"{hero.He} put it into the ground and gave it some water."),
        one(dice, f"Every day {hero.he} went to look, but nothing happened.", "The first day nothing happened, and the second day nothing happened."),
        one(dice, f'"It will never grow," said {hero.name} to {other.full}.', f"{hero.name} told {other.full} about it."),
        one(dice, f'"You have to wait," said {other.name}.', f'"Good things take time," said {other.name}.'),
        one(dice, "It rained, and then the sun came out.", "A week went by, and then another week."),
        one(dice, "One morning there was a little green leaf.", "Then something green came out of the ground."),
        one(dice, f"It grew and grew, and it was {grew}.", f"And at the end of the summer there stood {grew}."),
        one(dice, f'"Look at my {noun}!" said {hero.name}.', f'"You were right," said {hero.name} to {other.name}.'),
    ]


def quarrel(dice, hero, other):
    thing = f"{dice.choice(COLOURS)} {dice.choice(TOYS)}"
    noun = thing.split()[1]
    return [
        one(dice, f"{hero.His} friend was {a(other.what)} named {other.name}.", f"Every day {hero.he} played with {other.name}, {a(other.what)}."),
        one(dice, f"One day they found {a(thing)} near {dice.choice(SPOTS)}.", f"One day they saw {a(thing)} lying in the grass."),
        one(dice, f'"It is mine," said {hero.name}.', f'"I saw it first," said {hero.name}.'),
        one(dice, f'"No, it is mine," said {other.name}.', f'"No, I saw it first," said {other.name}.'),
        one(dice, f"They both pulled, and the {noun} broke.", "They shouted at each other and went home."),
        one(dice, f"Now {hero.name} was alone, and it was no fun at all.", f"In the evening {hero.name} was sad and could not sleep."),
        one(dice, f'The next morning {hero.he} went to {other.name}. "I am sorry," {hero.he} said.', f'"I am sorry," {hero.he} said to {other.name} the next day.'),
        one(dice, f'"I am sorry too," said {other.name}.', f'"A friend is better than {a(noun)}," said {other.name}.'),
        one(dice, "Then they played together again.", "They never had a quarrel again."),
    ]


def wish(dice, hero, other):
    wanted, trouble = dice.choice([("be as big as a tree", "could not get through the door"), ("fly like a bird", "could not come down again"), ("eat cake all day", "had a pain in the belly"),
                                   ("have all the gold in the world", "could not carry it home"), ("be as small as a bean", "was afraid of every leaf that fell"), ("stay awake all night", "was so tired the next day")])
    return [
        one(dice, f"One day {hero.he} found an old lamp near {dice.choice(SPOTS)}.", f"One night {hero.he} saw a star fall from the sky."),
        one(dice, '"You have one wish," said a soft voice.', 'A voice said, "Make a wish."'),
        one(dice, f'"I want to {wanted}," said {hero.name}.', f'"I wish I could {wanted}," said {hero.name}.'),
        one(dice, "And so it was.", "There was a flash of light, and the wish came true."),
        one(dice, "At first it was wonderful.", f"At first {hero.name} laughed and was happy."),
        f"But soon {hero.he} {trouble}.",
        meets(dice, hero, other),
        one(dice, f'"Why are you crying?" asked {other.name}.', f'"Can I help you?" asked {other.name}.'),
        one(dice, f'"I only want to be {hero.name} again," {hero.he} said.', f'"I made a foolish wish," said {hero.name}.'),
        one(dice, f'{other.name} smiled. "You are good as you are," {other.he} said, and the magic was gone.', f"{other.name} blew three times, and everything was as before."),
    ]


PLOTS = [lost, hungry, afraid, builds, plants, quarrel, wish]


def story(dice):
    hero = Person(dice)
    other = Person(dice, [hero])
    sentences = [opening(dice, hero), *dice.choice(PLOTS)(dice, hero, other), ending(dice, hero, other)]
    return " ".join(sentences)


if __name__ == "__main__":
    numbers = random.Random(7)
    print("\n\n".join(story(numbers) for _ in range(int(sys.argv[1]))))
