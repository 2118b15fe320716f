"""What a run costs: seconds, operations, the processor's peak, how long it will take yet."""
