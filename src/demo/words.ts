/**
 * The words that titles are made of, and the three ways a title is written: plain, in an address, in
 * HTML. Words are spelt once when the module loads, so a title costs a page a few concatenations. The
 * lengths of the lists are part of the naming scheme (names.ts): changing one renames the whole wiki.
 */

/** One way of writing text. It works character by character: spelling a title is spelling its words. */
export type Spell = (text: string) => string;

/** Every word list, spelt one way. */
export interface Vocabulary {
  readonly spell: Spell;
  readonly space: string;
  /** 128 each. */
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
  /** Middle initials by level; entry 0 is empty and unused. */
  readonly initials: readonly string[];
  /** 64 and 128. */
  readonly adjectives: readonly string[];
  readonly nouns: readonly string[];
  /** 32 frames for an adjective and a noun: before, between, after. */
  readonly frames: readonly (readonly [string, string, string])[];
  /** 16 each: first part, joint, second part of names and film titles in other scripts. */
  readonly foreign: Readonly<Record<ForeignList, ForeignWords>>;
  readonly genres: readonly string[];
}

/** Names and film titles in Cyrillic and in Han characters. */
export type ForeignList = 'cyrillicName' | 'hanName' | 'cyrillicFilm' | 'hanFilm';

/** Two lists of 16 words and what stands between them. */
export interface ForeignWords {
  readonly first: readonly string[];
  readonly joint: string;
  readonly second: readonly string[];
}

/**
 * Text as the wire carries it: one character a byte, each byte of the UTF-8 form. Pages are put together
 * from such strings because the engine then keeps one byte a character and writes them out unconverted.
 */
export function wire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** HTML text and attribute values (double quotes), on the wire. */
export function escapeHtml(text: string): string {
  return wire(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'));
}

/**
 * A title in a path, encoded as MediaWiki does it: underscores for spaces, `! * ( ) , /` bare, everything
 * else but unreserved characters as upper-case escapes. The result is its own identity key.
 */
export function encodeTitle(text: string): string {
  return encodeURIComponent(text.replaceAll(' ', '_'))
    .replaceAll("'", '%27')
    .replaceAll('%2C', ',')
    .replaceAll('%2F', '/');
}

const FIRST_NAMES = `
  Ada Adèle Agnès Aisha Albert Alma Amara André Anita Anouk Antoinette Arthur Astrid Audrey Beatriz Benedict
  Béla Bernard Björn Bonnie Bruno Camille Carlos Carmen Cecily Chidi Clara Claude Conor Cyril Dagny Daniel
  Daphne David Desmond Dolores Dorothea Edgar Edith Efraín Eilidh Elena Elías Emeka Erik Esther Étienne Eugene
  Fatima Felix Fiona Florence François Frieda Gábor Gareth Georgia Gilda Giulia Grace Gregory Günther Hannah Harold
  Hazel Hélène Henrik Ida Ignacio Imogen Inés Ingrid Isaac Isabel Ivor Jarosław Jean-Luc Joan Joaquín Josephine
  José Julian Jürgen Kamala Karin Keiko Kwame Lars Leila Leopold Loïc Louisa Lucía Magnus Malik Marcel
  Margaret María Mathilde Maurice Mehmet Miriam Nadia Naomi Nils Noémie Norman Olga Orson Oscar Otto Paloma
  Percy Philippa Priya Ramón Renée Rosalind Ruben Sakari Salma Søren Sylvie Tadeusz Thérèse Tobias Ursula Zoë
`;

const LAST_NAMES = `
  Abbott Achterberg Adeyemi Almodóvar Anand Ångström Ashdown Baptiste Barrymore Beauchamp Bellamy Berglund Blackwood Bouchard
  Brännström Brennan Cabrera Calloway Castañeda Chandrasekhar Christensen Clairmont Córdova Crawford Czerny D'Angelo Dąbrowski
  Delacroix Devereaux Dragović Drummond Dubois Eastwick Echeverría Ekström Ellsworth Esposito Fairbanks Farrokhzad Fernández
  Fitzgerald Fontaine Fournier Gallagher García Gauthier Gonçalves Graziano Grünwald Halvorsen Hargreaves Hawthorne Herrera
  Hidalgo Hollander Horváth Ibáñez Isherwood Jankowski Jensen Jørgensen Kavanagh Kieślowski Kingsley Kovačević Krüger
  Lachance Langley Laurent Lefèvre Lindqvist Llewellyn Lombardi López MacAllister Madsen Malloy Marchetti Mendoza Merriweather
  Møller Montgomery Moreau Muñoz Nakagawa Navarro Niemi Núñez Nwosu O'Brien O'Shaughnessy Okafor Oyelaran Palmgren
  Pemberton Peña Pettersson Piaf-Morin Quiñones Radcliffe Rasmussen Ravenscroft Rousseau Saint-Clair Sandoval Santángelo
  Schröder Sepúlveda Silvestri Somerville Stanisławska Strindberg Sundaram Szabó Takahashi Thibault Thornbury Tremblay
  Ulrichsen Valenzuela Vandermeer Villanueva Vögele Wadsworth Weatherby Whitcombe Winterbourne Zeffirelli
`;

const ADJECTIVES = `
  Absent Amber Ancient Autumn Bitter Blind Borrowed Brazen Broken Burning Careless Clever Copper Crimson Crooked Distant
  Drowned Electric Empty Endless Faithful Fearless Fifth Final Forgotten Fragile Frozen Gentle Gilded Golden Hollow Honest
  Hungry Idle Invisible Iron Ivory Last Laughing Lonely Lost Lucky Midnight Mortal Naïve Northern Painted Paper
  Patient Perfect Quiet Reckless Restless Scarlet Second Secret Silent Silver Sleeping Southern Stolen Velvet Wandering Wicked
`;

const NOUNS = `
  Accomplice Afternoon Aircraft Alibi Anchor Angel Apartment Architect Assassin Avalanche Balcony Ballroom Bargain Bell Betrayal
  Boulevard Bride Bridge Brother Butcher Cabaret Canyon Captain Carnival Castle Cathedral Chapel Chauffeur Cinema Clown
  Collector Compass Confession Conspiracy Cottage Countess Crossing Crown Dagger Dancer Daydream Deception Desert Detective
  Diplomat Doorway Dragon Duchess Eclipse Empire Engine Errand Escape Evidence Farewell Father Festival Fiancée Fisherman
  Fortune Fugitive Garden Gentleman Ghost Glacier Governor Guardian Harbor Harvest Heiress Highway Horizon Hostage Hotel Island
  Jailbird Jewel Journey Judge Kingdom Labyrinth Lantern Legacy Lighthouse Locomotive Lullaby Machine Magician Map Masquerade
  Meadow Melody Messenger Miracle Mirror Monarch Mountain Musician Mystery Neighbor Nightingale Notebook Ocean Orchard Orchestra
  Orphan Paradise Passenger Photograph Pirate Portrait Prisoner Promise Protégé Proposal Quarry Railway Refuge Reunion Revolver
  River Rival Sailor Season Shadow Sister Stranger Symphony
`;

/** Apostrophe, ampersand, plus, quotes, percent, tilde, slash: every kind of trouble a path can hold. */
const FRAMES: readonly (readonly [string, string, string])[] = [
  ['The ', ' ', ''],
  ['', ' ', ''],
  ['The ', ' ', ' (film)'],
  ['Return to ', ' ', ''],
  ['Goodbye, ', ' ', ''],
  ['Who Stole the ', ' ', '?'],
  ['The ', ' ', "'s Daughter"],
  ['', ' & ', ''],
  ['', ' + ', ''],
  ['', ' ', ', Part One'],
  ['', ' ', ' (silent film)'],
  ["Don't Forget the ", ' ', ''],
  ['', ' ', ' Returns'],
  ['Night of the ', ' ', ''],
  ['', ' ', '!'],
  ['The ', ' ', ' (TV film)'],
  ['A ', ' ', ''],
  ['Under the ', ' ', ''],
  ['Beyond ', ' ', ''],
  ['', ' ', ' Rising'],
  ['Señor ', ' ', ''],
  ['Mission to ', ' ', ''],
  ['Café ', ' ', ''],
  ['Mr. ', ' ', ''],
  ['"', ' ', '" and Other Lies'],
  ['', ' ', ' (100% True)'],
  ['Le ', ' ', ' à Paris'],
  ['', ' ', ' ~ A Memoir'],
  ['Über ', ' ', ''],
  ['', ' ', ', or, How I Lost It'],
  ['', ' ', '-in-Law'],
  ['', '/', ''],
];

const FOREIGN: Readonly<Record<ForeignList, readonly [string, string, string]>> = {
  cyrillicName: [
    'Анна Борис Вера Глеб Дарья Елена Жанна Зоя Иван Кира Лев Марина Нина Олег Павел Фёдор',
    ' ',
    'Аверин Белов Волков Громов Дёмин Ершов Жуков Зимин Котов Ларин Маслов Носов Орлов Петров Рыбаков Щукин',
  ],
  hanName: [
    '田中 佐藤 鈴木 高橋 渡辺 山本 中村 小林 加藤 吉田 山田 松本 井上 木村 清水 欧阳',
    '',
    '健一 美咲 太郎 花子 翔太 陽子 大輔 真理 直樹 由美 和也 恵子 拓海 千尋 海斗 文华',
  ],
  cyrillicFilm: [
    'Ночь Река Зима Дорога Поезд Остров Сад Море Город Письмо Огонь Дождь Вокзал Берег Сон Ветер',
    ' и ',
    'Тишина Звезда Мост Тень Снег Песня Гроза Окно Зеркало Птица Свет Туман Хлеб Память Волна Ёлка',
  ],
  hanFilm: [
    '夜 川 冬 道 島 庭 海 町 火 雨 岸 夢 風 月 花 雪',
    'の',
    '星 橋 影 歌 窓 鏡 鳥 光 霧 波 森 声 空 船 灯 扉',
  ],
};

const GENRES = `Action Adventure Comedy Crime Drama Fantasy Horror Musical Mystery Romance Thriller Western Neo-noir`;

/** The display form: what a reader sees, and what the crawl records as a title. */
export const PLAIN: Vocabulary = vocabulary((text) => text);

/** The form inside an address. */
export const ADDRESS: Vocabulary = vocabulary(encodeTitle);

/** The form inside a page, on the wire. */
export const MARKUP: Vocabulary = vocabulary(escapeHtml);

function vocabulary(spell: Spell): Vocabulary {
  const list = (text: string): string[] => text.trim().split(/\s+/).map(spell);
  const foreign = ([first, joint, second]: readonly [string, string, string]): ForeignWords => ({
    first: list(first),
    joint: spell(joint),
    second: list(second),
  });
  return {
    spell,
    space: spell(' '),
    firstNames: list(FIRST_NAMES),
    lastNames: list(LAST_NAMES),
    initials: middleInitials().map(spell),
    adjectives: list(ADJECTIVES),
    nouns: list(NOUNS),
    frames: FRAMES.map(([before, between, after]) => [spell(before), spell(between), spell(after)]),
    foreign: {
      cyrillicName: foreign(FOREIGN.cyrillicName),
      hanName: foreign(FOREIGN.hanName),
      cyrillicFilm: foreign(FOREIGN.cyrillicFilm),
      hanFilm: foreign(FOREIGN.hanFilm),
    },
    genres: list(GENRES).map((word) => word + spell(' film')),
  };
}

/** '', A. … Z., then A. A. … Z. Z.: enough for eleven million actors. */
function middleInitials(): string[] {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
  const pairs = letters.flatMap((one) => letters.map((two) => `${one}. ${two}.`));
  return ['', ...letters.map((letter) => `${letter}.`), ...pairs];
}
