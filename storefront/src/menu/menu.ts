/** What the restaurants have; the API takes any name, restaurant and add-ons within its limits. */

export type Picture = 'pizza' | 'bowl' | 'burger' | 'sushi' | 'falafel';

export interface Restaurant {
  /** As orders name it, `restaurantId`. */
  readonly id: string;
  readonly cuisine: string;
  readonly picture: Picture;
  readonly dishes: readonly Dish[];
}

export interface Dish {
  readonly name: string;
  readonly description: string;
  readonly addOns: readonly string[];
}

const onPizza = ['extra cheese', 'chili', 'olives', 'mushrooms'];
const onNoodles = ['chili', 'peanuts', 'extra tofu'];
const onBurger = ['bacon', 'cheddar', 'pickles', 'fries'];
const onSushi = ['wasabi', 'ginger', 'extra soy sauce'];
const onFalafel = ['hummus', 'chili', 'pickled turnip'];

export const menu: readonly [Restaurant, ...Restaurant[]] = [
  {
    id: 'Dominos',
    cuisine: 'Pizza',
    picture: 'pizza',
    dishes: [
      { name: 'Pizza', description: 'The house’s own: tomato, mozzarella, oregano.', addOns: onPizza },
      { name: 'Pizza Margherita', description: 'Tomato, mozzarella, basil.', addOns: onPizza },
      { name: 'Pizza Pepperoni', description: 'Tomato, mozzarella, spicy salami.', addOns: onPizza },
      { name: 'Pizza Funghi', description: 'Mushrooms, garlic, thyme.', addOns: onPizza },
      { name: 'Pizza Quattro Formaggi', description: 'Four cheeses, black pepper.', addOns: onPizza },
      { name: 'Garlic Bread', description: 'From the stone oven, with herbs.', addOns: ['extra cheese'] },
    ],
  },
  {
    id: 'Thai Garden',
    cuisine: 'Thai',
    picture: 'bowl',
    dishes: [
      { name: 'Pad Thai', description: 'Rice noodles, egg, tamarind, lime.', addOns: onNoodles },
      { name: 'Green Curry', description: 'Coconut milk, basil, aubergine.', addOns: ['chili', 'rice'] },
      { name: 'Tom Yum', description: 'Hot and sour soup, lemongrass.', addOns: ['chili', 'prawns'] },
      { name: 'Spring Rolls', description: 'Crisp, with a sweet chili dip.', addOns: [] },
    ],
  },
  {
    id: 'Burger & Co.',
    cuisine: 'Burgers',
    picture: 'burger',
    dishes: [
      { name: 'Burger', description: 'Beef, lettuce, tomato, house sauce.', addOns: onBurger },
      { name: 'Veggie Burger', description: 'Black beans, avocado, lime.', addOns: onBurger },
      { name: 'Chicken Burger', description: 'Crisp chicken, slaw.', addOns: onBurger },
      { name: 'Fries', description: 'Twice fried, sea salt.', addOns: ['mayonnaise', 'ketchup'] },
    ],
  },
  {
    id: 'Kyoto',
    cuisine: 'Japanese',
    picture: 'sushi',
    dishes: [
      { name: 'Sushi', description: 'Ten pieces, as the day’s catch has it.', addOns: onSushi },
      { name: 'Maki', description: 'Eight rolls: cucumber, salmon or avocado.', addOns: onSushi },
      { name: 'Ramen', description: 'Miso broth, egg, spring onion.', addOns: ['chili', 'extra egg'] },
      { name: 'Edamame', description: 'Steamed, with sea salt.', addOns: [] },
    ],
  },
  {
    id: 'Beirut',
    cuisine: 'Lebanese',
    picture: 'falafel',
    dishes: [
      { name: 'Falafel', description: 'In warm bread, tahini, parsley.', addOns: onFalafel },
      { name: 'Tabbouleh', description: 'Parsley, bulgur, lemon.', addOns: ['feta'] },
      { name: 'Shawarma', description: 'Chicken, garlic cream, pickles.', addOns: onFalafel },
      { name: 'Baklava', description: 'Pistachio and orange blossom.', addOns: [] },
    ],
  },
];

/** The add-ons of a dish, by what an order says of it; none of what is not on the menu. */
export function addOnsOf(restaurantId: string, name: string): readonly string[] {
  const restaurant = menu.find(({ id }) => id === restaurantId);
  return restaurant?.dishes.find((dish) => dish.name === name)?.addOns ?? [];
}
