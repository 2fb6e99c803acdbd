"""What an operator does with a deployed stage: on AWS and on the embedded cloud alike."""
