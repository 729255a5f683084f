import type { Portrait } from './portrait/portrait.ts';

/** Somebody invented, with a picture. */
export interface SamplePortrait {
  name: string;
  portrait: Portrait;
}

/** The people of the sample team page, in the order of the pictures' numbers. */
export const SAMPLE_PORTRAITS: readonly SamplePortrait[] = [
  {
    name: 'Mira Okafor',
    portrait: {
      skin: '#8d5a3b',
      hair: { style: 'afro', colour: '#2a1b18' },
      face: { eyes: 'open', mouth: 'grin', extras: ['earrings', 'lipstick'] },
      clothes: { cut: 'turtleneck', colours: ['#f2b134', '#f7c65c'] },
      backdrop: { scene: 'plain', colours: ['#2f8f83', '#1d6f6a', '#4fb3a0'] },
    },
  },
  {
    name: 'Jonas Lindqvist',
    portrait: {
      skin: '#f3c9a5',
      hair: { style: 'quiff', colour: '#c98a3d' },
      face: { eyes: 'open', mouth: 'smile', beard: 'stubble' },
      clothes: { cut: 'blazer', colours: ['#27406b', '#f4f1ea'] },
      backdrop: { scene: 'hills', colours: ['#bfe3f5', '#e9f6f2', '#5fa777'] },
    },
  },
  {
    name: 'Yuki Tanabe',
    portrait: {
      skin: '#f6d3b3',
      hair: { style: 'fringe', colour: '#1f1c24' },
      face: { eyes: 'smiling', mouth: 'smile', extras: ['blush'] },
      clothes: { cut: 'striped', colours: ['#fdfbf5', '#d6455d'] },
      backdrop: { scene: 'sun', colours: ['#fbd5d0', '#f7b3a8', '#f26d6d'] },
    },
  },
  {
    name: 'Rafael Monteiro',
    portrait: {
      skin: '#c68a5e',
      hair: { style: 'curls', colour: '#3a241b' },
      face: { eyes: 'open', mouth: 'laugh', beard: 'full' },
      clothes: { cut: 'shirt', colours: ['#5c9ead', '#4b8a99'] },
      backdrop: { scene: 'stripes', colours: ['#ffe3a8', '#ffd27a', '#ffb84d'] },
    },
  },
  {
    name: 'Leyla Demir',
    portrait: {
      skin: '#e8b48c',
      hair: { style: 'headscarf', colour: '#1d3a52', accent: '#5b6ee1' },
      face: { eyes: 'wide', mouth: 'smile', extras: ['blush', 'lipstick'] },
      clothes: { cut: 'tee', colours: ['#3948a8', '#3948a8'] },
      backdrop: { scene: 'dots', colours: ['#e8e6ff', '#d6d3fb', '#b8b3f2'] },
    },
  },
  {
    name: 'Henrik Aas',
    portrait: {
      skin: '#f0c3a0',
      hair: { style: 'bald', colour: '#b9b4ad' },
      face: {
        eyes: 'open',
        mouth: 'calm',
        beard: 'moustache',
        glasses: { form: 'square', colour: '#30343f' },
        extras: ['wrinkles'],
      },
      clothes: { cut: 'turtleneck', colours: ['#2e3138', '#3c4049'] },
      backdrop: { scene: 'window', colours: ['#dcd6cc', '#c9c0b1', '#f5f0e6'] },
    },
  },
  {
    name: 'Niamh Brennan',
    portrait: {
      skin: '#fbdcc4',
      hair: { style: 'wavy', colour: '#c1440e' },
      face: { eyes: 'open', mouth: 'grin', extras: ['freckles'] },
      clothes: { cut: 'blazer', colours: ['#1f5c4a', '#e7efe3'] },
      backdrop: { scene: 'leaves', colours: ['#f3ead3', '#e5d9b6', '#7aa874'] },
    },
  },
  {
    name: 'Arjun Gill',
    portrait: {
      skin: '#b87b50',
      hair: { style: 'turban', colour: '#1c1716', accent: '#d9632a' },
      face: { eyes: 'smiling', mouth: 'smile', beard: 'full' },
      clothes: { cut: 'shirt', colours: ['#f3efe6', '#dcd5c5'] },
      backdrop: { scene: 'rings', colours: ['#21485c', '#15303f', '#3f7f93'] },
    },
  },
  {
    name: 'Sofia Petrova',
    portrait: {
      skin: '#f7d7bd',
      hair: { style: 'bob', colour: '#e7c46a' },
      face: {
        eyes: 'open',
        mouth: 'smile',
        glasses: { form: 'round', colour: '#9c2f4f' },
        extras: ['lipstick'],
      },
      clothes: { cut: 'tee', colours: ['#7d3c6d', '#a85b94'] },
      backdrop: { scene: 'sun', colours: ['#c7ddf2', '#f3e1ee', '#ffd9a0'] },
    },
  },
  {
    name: 'Kwame Boateng',
    portrait: {
      skin: '#5f3a28',
      hair: { style: 'buzz', colour: '#17110f' },
      face: { eyes: 'wide', mouth: 'grin', beard: 'goatee' },
      clothes: { cut: 'hoodie', colours: ['#d94f30', '#ffffff'] },
      backdrop: { scene: 'hills', colours: ['#ffcf70', '#ff9e64', '#7b3f61'] },
    },
  },
  {
    name: 'Inés Castellano',
    portrait: {
      skin: '#dca57c',
      hair: { style: 'bun', colour: '#4a2c20', accent: '#e4572e' },
      face: { eyes: 'smiling', mouth: 'laugh', extras: ['earrings', 'blush'] },
      clothes: { cut: 'striped', colours: ['#16324f', '#f2f4f3'] },
      backdrop: { scene: 'plain', colours: ['#f7c1bb', '#f29e8e', '#fbe1d6'] },
    },
  },
  {
    name: 'Oskar Wiśniewski',
    portrait: {
      skin: '#f2c8a8',
      hair: { style: 'beanie', colour: '#7a4a2b', accent: '#2a7f9e' },
      face: { eyes: 'open', mouth: 'smile', beard: 'full', extras: ['freckles'] },
      clothes: { cut: 'hoodie', colours: ['#6b7a46', '#f0e6c8'] },
      backdrop: { scene: 'stripes', colours: ['#e4ecef', '#cfdde2', '#b7ccd4'] },
    },
  },
  {
    name: 'Thandiwe Nkosi',
    portrait: {
      skin: '#6f4530',
      hair: { style: 'braids', colour: '#1b1412', accent: '#ffd23f' },
      face: { eyes: 'open', mouth: 'smile', extras: ['earrings'] },
      clothes: { cut: 'tee', colours: ['#1aa6a6', '#ffd23f'] },
      backdrop: { scene: 'dots', colours: ['#ffb199', '#ff8a73', '#ffd9c7'] },
    },
  },
  {
    name: 'Margarethe Vogel',
    portrait: {
      skin: '#f4d0b5',
      hair: { style: 'short', colour: '#d9d9de' },
      face: {
        eyes: 'smiling',
        mouth: 'smile',
        glasses: { form: 'round', colour: '#4d5361' },
        extras: ['wrinkles', 'earrings'],
      },
      clothes: { cut: 'turtleneck', colours: ['#8e3b46', '#a24c58'] },
      backdrop: { scene: 'leaves', colours: ['#d9ead7', '#bcd8bf', '#6a9c78'] },
    },
  },
  {
    name: 'Minh Anh Phạm',
    portrait: {
      skin: '#edc39a',
      hair: { style: 'ponytail', colour: '#2b2029', accent: '#ff5d8f' },
      face: { eyes: 'wide', mouth: 'grin', extras: ['blush'] },
      clothes: { cut: 'hoodie', colours: ['#6a4c93', '#ffca3a'] },
      backdrop: { scene: 'rings', colours: ['#c9f0e4', '#a5e1d2', '#5fc2ae'] },
    },
  },
];
