"""What the model listens for, and what it has to pass over."""

WORDS = ["yes", "no", "up", "down", "left", "right", "stop", "go"]

# The second half are words that sound like those above.
OTHERS = """one two three four five six seven eight nine zero house bird tree water happy window music people yellow garden coffee morning paper river table orange machine answer
yesterday yet guess chess nose note gnome snow cup pup upper ump town dawn brown gown let loft lift theft light ripe rice bite stock step top shop stuff goat gold grow low so though""".split()

SENTENCES = [
    "The weather will be fine tomorrow", "Could you tell me the way to the station", "I think that we have met before", "She plays the piano every evening", "There is some milk in the fridge",
    "What time does the film begin", "My brother lives in another town", "They are painting the kitchen", "He forgot his umbrella again", "We should buy some apples and pears",
    "It takes an hour by train", "The children are asleep", "Where did you put the keys", "A small dog barks at the postman", "Nobody answered the telephone", "Please send me a letter"]
