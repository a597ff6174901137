"""SQS: moto's queues, with what they tell CloudWatch and with attributes as SQS answers them."""
